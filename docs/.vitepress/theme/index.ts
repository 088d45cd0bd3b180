import type { Theme } from 'vitepress'
// Without the fonts of the default theme: the fonts of the system are there at once.
import DefaultTheme from 'vitepress/theme-without-fonts'
import { Playground } from './playground.ts'
import './style.css'

export default {
  extends: DefaultTheme,
  enhanceApp({ app }) {
    app.component('Playground', Playground)
  },
} satisfies Theme
