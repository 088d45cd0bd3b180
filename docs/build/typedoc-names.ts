import { ENTRIES } from './pages.ts'

/** What a plugin of TypeDoc uses of it, which `npm ci` does not install. */
interface Application {
  readonly converter: {
    on(
      event: 'resolveBegin',
      listener: (context: {
        readonly project: { readonly children?: readonly { name: string }[] }
      }) => void,
    ): void
  }
}

/** Gives modules the names that they are imported by; TypeDoc names them after their files. */
export function load({ converter }: Application): void {
  converter.on('resolveBegin', ({ project }) => {
    for (const module of project.children ?? []) {
      const entry = ENTRIES.find(({ made }) => made === module.name)
      if (entry === undefined) throw new Error(`No export of the package is ${module.name}.`)
      module.name = entry.name
    }
  })
}
