import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))

// Puts theme.js, hashed, before everything else in the head, so that the page never shows in the wrong theme; and has the
// text's font fetched along with the style sheet that asks for it, so that lines do not move.
function firstPaint(building: boolean): Plugin {
  const source = () => readFileSync(path('./src/app/theme.js'), 'utf8')
  return {
    name: 'first-paint',
    buildStart() {
      if (building) this.emitFile({ type: 'asset', name: 'theme.js', source: source() })
    },
    transformIndexHtml: {
      order: 'post',
      handler(_html, context) {
        if (!context.bundle) return [{ tag: 'script', children: source(), injectTo: 'head-prepend' }]
        const asset = (name: string) => {
          const file = Object.values(context.bundle!).find((f) => f.type === 'asset' && f.names.includes(name))
          if (!file) throw new Error(`${name} is not in the build`)
          return `/${file.fileName}`
        }
        const font = { rel: 'preload', as: 'font', type: 'font/woff2', href: asset('hanken-grotesk-latin-wght-normal.woff2'), crossorigin: true }
        return [
          { tag: 'script', attrs: { src: asset('theme.js') }, injectTo: 'head-prepend' },
          { tag: 'link', attrs: font, injectTo: 'head' },
        ]
      },
    },
  }
}

export default defineConfig(({ command }) => ({
  plugins: [
    react(),
    tailwindcss(),
    firstPaint(command === 'build'),
  ],
  resolve: { alias: { '@': path('./src'), '@mocks': path('./mocks') } },
  server: {
    port: 5173,
    proxy: { '/api': { target: process.env.API_URL ?? 'http://127.0.0.1:8080' } },
  },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0, // the content security policy allows fonts and scripts from files only
    manifest: true, // scripts/size.mjs reads what the chat route loads
    sourcemap: false,
  },
  test: {
    environment: 'jsdom',
    globals: true,
    setupFiles: ['./test/setup.ts'],
    include: ['src/**/*.test.{ts,tsx}'],
    restoreMocks: true,
    testTimeout: 20_000, // typing and rendering a whole page take their time on a small machine
    pool: 'threads',
    maxWorkers: 2,
  },
}))
