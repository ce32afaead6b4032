import js from '@eslint/js'
import jsxA11y from 'eslint-plugin-jsx-a11y'
import reactHooks from 'eslint-plugin-react-hooks'
import globals from 'globals'
import tseslint from 'typescript-eslint'

// What scrolls must be reachable by keyboard, so tabIndex on regions is right (axe: scrollable-region-focusable); a page
// that is there to be filled in may put the focus in its first field.
const a11yRules = { 'jsx-a11y/no-autofocus': 'off', 'jsx-a11y/no-noninteractive-tabindex': 'off' }

// Who may import whom: app → features → shared, and shared only what stands left of it here. A feature never imports
// another one; app puts them together. Across folders imports start with "@/", so the patterns below see them all.
const shared = ['lib', 'api', 'session', 'ui']
const features = ['chat', 'data', 'analytics', 'audience', 'auth', 'settings']
const all = [...shared, ...features, 'app']

const allowed = {
  lib: [],
  api: ['lib', 'session'],
  session: ['lib'],
  ui: ['lib'],
  ...Object.fromEntries(features.map((feature) => [feature, shared])),
  app: all,
}

const importRules = all.map((folder) => {
  const forbidden = all.filter((other) => other !== folder && !allowed[folder].includes(other))
  const patterns = [{ group: ['../*'], message: 'Use "@/folder/file" across folders.' }]
  if (forbidden.length > 0) {
    patterns.push({ group: forbidden.map((f) => `@/${f}/*`), message: `${folder}/ may import only: ${allowed[folder].join(', ') || 'nothing else'}.` })
  }
  patterns.push({ group: [`@/${folder}/*`], message: 'Inside a folder use "./file".' })
  return {
    files: [`src/${folder}/**/*.{ts,tsx}`],
    ignores: ['**/*.test.{ts,tsx}'],
    rules: { 'no-restricted-imports': ['error', { patterns }] },
  }
})

export default tseslint.config(
  { ignores: ['dist', 'node_modules', 'test-results', 'src/api/generated.ts'] },
  js.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [...tseslint.configs.recommendedTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      globals: globals.browser,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    plugins: { 'react-hooks': reactHooks },
    rules: {
      ...reactHooks.configs.recommended.rules,
      '@typescript-eslint/consistent-type-definitions': ['error', 'interface'],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: { string: true, boolean: true } }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      'no-console': 'error',
      eqeqeq: ['error', 'smart'],
    },
  },
  { files: ['src/**/*.tsx'], ...jsxA11y.flatConfigs.recommended, rules: { ...jsxA11y.flatConfigs.recommended.rules, ...a11yRules } },
  ...importRules,
  { files: ['src/app/theme.js'], languageOptions: { globals: globals.browser, sourceType: 'script' } },
  { files: ['scripts/**/*.mjs', 'e2e/**/*.mjs', '*.config.{js,ts}', 'mocks/**/*.ts'], languageOptions: { globals: { ...globals.node, ...globals.browser } } },
)
