import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { marked } from 'marked'
import type { Plugin } from 'vite'

const SUFFIX = '.zh-CN.md'

/**
 * Turns a page of docs/guide into `export default` HTML when the web part is built: no parser goes to the browser. The
 * guide is ours, read from the sources, so its HTML may be put into a page as it is.
 */
export function guidePages(): Plugin {
  return {
    name: 'guide-pages',
    enforce: 'pre',
    async transform(code, id) {
      if (!id.endsWith(SUFFIX)) return null
      const html = await marked.parse(code.replaceAll(/<!--.*?-->/gs, ''))
      return { code: moduleOf(html, dirname(id)), map: null }
    },
  }
}

/** Pictures become assets of the build, pages of the guide become pages of the desk; other links stay words. */
function moduleOf(html: string, folder: string): string {
  const pictures: string[] = []
  const text = html
    .replaceAll(/src="([^"]+)"/g, (_, src: string) => {
      if (!existsSync(join(folder, src))) return 'hidden'
      pictures.push(src)
      return `loading="lazy" src="__PICTURE_${pictures.length - 1}__"`
    })
    .replaceAll(/<a href="([\w-]+)\.zh-CN\.md">/g, (_, name: string) => `<a href="/desk/help/${name}">`)
    .replaceAll(/<a href="\.\.[^"]*">(.*?)<\/a>/g, '$1')
  const imports = pictures.map((src, n) => `import picture${n} from ${JSON.stringify(`./${src}`)}`)
  const put = pictures.map((_, n) => `.replace('__PICTURE_${n}__', picture${n})`)
  return `${imports.join('\n')}\nexport default ${JSON.stringify(text)}${put.join('')}\n`
}
