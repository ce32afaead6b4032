import { defineConfig } from 'vite'
import app from './vite.config.ts'
import { mockApi } from './mocks/vitePlugin.ts'

// The app with an API in memory instead of PulseHub's. It stands apart so that building the app needs no test packages.
export default defineConfig((env) => {
  const { plugins = [], server, ...config } = app(env)
  return { ...config, plugins: [...plugins, mockApi()], server: { ...server, proxy: undefined } }
})
