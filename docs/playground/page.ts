/** A page with the playground alone, without the site: for the tests, and for `vite docs/playground`. */

import { mountPlayground } from './index.ts'

const place = document.getElementById('playground')
if (place !== null) mountPlayground(place)
const dark = window.matchMedia('(prefers-color-scheme: dark)')
document.documentElement.classList.toggle('dark', dark.matches)
