/**
 * The playground of the site: `mountPlayground(element)` needs neither Vue nor VitePress. It runs in
 * browsers only.
 */

import './editor.css'
import './style.css'

export { mountPlayground, type PlaygroundOptions } from './playground.ts'
