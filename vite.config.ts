import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig, type Plugin } from 'vite'
import { guidePages } from './server/commands/guide-plugin.ts'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** Every browser we run on reads woff2: the woff twins of @fontsource would only double the build. */
export function woff2Only(): Plugin {
  return {
    name: 'woff2-only',
    enforce: 'pre',
    transform(code, id) {
      if (!id.includes('@fontsource') || !id.endsWith('.css')) return null
      return { code: code.replaceAll(/, url\([^)]+\.woff\) format\('woff'\)/g, ''), map: null }
    },
  }
}

/** zod compiles schemas with `new Function`, which our CSP forbids: the browser gets it through a door that turns it off. */
export const browserAlias = [{ find: /^zod$/, replacement: at('./web/live/zod.ts') }]

export default defineConfig({
  root: at('./web'),
  base: '/',
  plugins: [woff2Only(), guidePages(), vue()],
  resolve: { alias: browserAlias },
  build: {
    outDir: at('./web/dist'),
    emptyOutDir: true,
    target: 'es2022',
    // The CSP allows nothing inline, data: URLs included.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1500,
  },
})
