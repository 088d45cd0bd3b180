import type { Theme } from 'vitepress'
// Without the fonts of the default theme: the fonts of the system are there at once.
import DefaultTheme from 'vitepress/theme-without-fonts'
import './style.css'

export default {
  extends: DefaultTheme,
  enhanceApp() {
    // Components that pages use are registered here: `app.component(name, component)`.
  },
} satisfies Theme
