/**
 * The playground of the site: `mountPlayground(element)` needs neither Vue nor VitePress. It runs in
 * browsers only.
 */

import editorStyle from './editor.css?inline'
import style from './style.css?inline'

// They come with the code: VitePress would load styles that are imported as such on every page.
for (const text of [editorStyle, style]) {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(text)
  document.adoptedStyleSheets.push(sheet)
}

export { mountPlayground, type PlaygroundOptions } from './playground.ts'
