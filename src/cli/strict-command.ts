import { Command } from 'commander'
import { nearest } from '../error/nearest.ts'
import { Mistake } from './mistake.ts'

/**
 * A command that refuses unknown options before it looks for those that are missing: of `--tabel x`,
 * the message is about `--tabel`.
 */
export class StrictCommand extends Command {
  override createCommand(name?: string): Command {
    return new StrictCommand(name)
  }

  override parseOptions(argv: string[]): ReturnType<Command['parseOptions']> {
    const parsed = super.parseOptions(argv)
    const [unknown = ''] = parsed.unknown
    // A command with subcommands leaves their options to them. Commander lists --help among the unknown.
    if (this.commands.length > 0 || !unknown.startsWith('-') || isHelp(parsed.unknown)) {
      return parsed
    }
    const [name = ''] = unknown.split('=')
    const near = nearest(
      name,
      this.options.flatMap(({ long }) => long ?? []),
    )
    const hint = near === undefined ? '' : ` (Did you mean ${near}?)`
    throw new Mistake(`unknown option '${unknown}'${hint}`)
  }
}

const isHelp = (texts: readonly string[]): boolean =>
  texts.some((each) => /^(-h|--help)$/.test(each))
