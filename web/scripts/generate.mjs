// Makes src/api/generated.ts from the API's OpenAPI document: npm run generate [document].
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { generateEndpoints } from '@rtk-query/codegen-openapi'

const web = dirname(dirname(fileURLToPath(import.meta.url)))
const source = resolve(process.argv[2] ?? join(web, '../api/openapi.json'))
const target = join(web, 'src/api/generated.ts')
// Streams are read by chat/stream.ts; the rest is for machines.
const left = (id) => id.startsWith('stream-') || ['healthz', 'readyz', 'metrics'].includes(id)

const document = JSON.parse(await readFile(source, 'utf8'))
for (const [path, operations] of Object.entries(document.paths)) {
  for (const [verb, operation] of Object.entries(operations)) {
    const id = operation.operationId
    if (!id || left(id)) delete operations[verb]
    else operation.operationId = id.replace(/-(\w)/g, (_all, letter) => letter.toUpperCase())
  }
  if (Object.keys(operations).length === 0) delete document.paths[path]
}

const folder = await mkdtemp(join(tmpdir(), 'pulsehub-openapi-'))
try {
  const file = join(folder, 'openapi.json')
  await writeFile(file, JSON.stringify(document, withoutNull))
  const generated = await generateEndpoints({ schemaFile: file, apiFile: './base', apiImport: 'emptyApi', exportName: 'generatedApi' })
  const code = generated.replace(/from ["'][^"']*base["']/, "from './base'")
  await writeFile(target, `// Made by npm run generate from the API's OpenAPI document. Not to be edited.\n${code}`)
} finally {
  await rm(folder, { recursive: true })
}

// The schema of a Go slice allows null, and the API never sends it: a list without anything is [].
function withoutNull(key, value) {
  return key === 'type' && Array.isArray(value) && value.includes('array') ? 'array' : value
}
