import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitepress'
import { BASE, root, siteFile, siteLink, withFiles } from '../build/pages.ts'
import { playgroundVite } from '../playground/vite.ts'
import { miniSearch } from './search.ts'
import { nav, sidebar } from './sidebar.ts'

export default defineConfig({
  title: 'tamis',
  description:
    'Filters of clients, checked against your schema, in memory and as SQL: the same rows everywhere.',
  lang: 'en',
  // No icon: without this, browsers ask for /favicon.ico.
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  base: BASE,
  srcExclude: ['playground/**', 'build/**'],
  rewrites: siteFile,
  lastUpdated: false,
  vite: {
    ...playgroundVite,
    // No component uses the options of Vue 2: without them, each page loads less.
    define: { __VUE_OPTIONS_API__: 'false' },
    resolve: {
      alias: [
        ...playgroundVite.resolve.alias,
        // The home page of the default theme has no `main`, which screen readers look for.
        {
          find: /^.*\/VPHome\.vue$/,
          replacement: fileURLToPath(new URL('theme/Home.vue', import.meta.url)),
        },
      ],
    },
    // Images of the repository, such as the chart of the benchmark.
    server: { fs: { allow: [root] } },
  },
  markdown: {
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    config(md) {
      md.core.ruler.before('normalize', 'example-files', (state) => {
        const file = state.env.realPath ?? state.env.path
        if (file !== undefined) state.src = withFiles(relative(root, file), state.src)
      })
      md.core.ruler.push('empty-headers', ({ tokens }) => {
        // Screen readers announce an empty header cell as a header without a name.
        for (const [i, token] of tokens.entries()) {
          const close = tokens[i + 2]
          if (token.type !== 'th_open' || tokens[i + 1]?.content !== '' || !close) continue
          token.tag = 'td'
          close.tag = 'td'
        }
      })
      md.core.ruler.push('site-links', ({ tokens, env }) => {
        // Texts of the home page's header are in no file.
        const file = env.realPath ?? env.path
        if (file === undefined) return
        const from = relative(root, file)
        for (const token of tokens.flatMap(({ children }) => children ?? [])) {
          const href = token.type === 'link_open' ? token.attrGet('href') : null
          if (href) token.attrSet('href', siteLink(from, href))
        }
      })
    },
  },
  themeConfig: {
    nav,
    sidebar,
    outline: [2, 3],
    // The label of the button has all that it shows: its key, too.
    search: {
      provider: 'local',
      options: {
        translations: { button: { buttonText: 'Search ', buttonAriaLabel: 'Search K' } },
        miniSearch,
      },
    },
    socialLinks: [{ icon: 'github', link: 'https://github.com/tamis-js/tamis' }],
  },
})
