// Says how much JavaScript the chat route loads first, gzipped, and fails above the limit. Run after the build.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const limit = 250_000
const dist = join(dirname(dirname(fileURLToPath(import.meta.url))), 'dist')
const manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8'))
const html = readFileSync(join(dist, 'index.html'), 'utf8')

const files = new Set([...html.matchAll(/<script[^>]+src="\/([^"]+)"/g)].map((m) => m[1]))
const follow = (key) => {
  const chunk = manifest[key]
  if (!chunk || files.has(chunk.file) && chunk.followed) return
  chunk.followed = true
  files.add(chunk.file)
  chunk.imports?.forEach(follow)
}
follow('index.html')

let total = 0
for (const file of files) {
  const size = gzipSync(readFileSync(join(dist, file))).length
  total += size
  console.log(`${(size / 1000).toFixed(1).padStart(8)} kB  ${file}`)
}
console.log(`${(total / 1000).toFixed(1).padStart(8)} kB  first load of the chat route, of ${limit / 1000} kB`)
if (total > limit) {
  console.error('Too much. Load what the first question does not need with lazy().')
  process.exit(1)
}
