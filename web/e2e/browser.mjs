// What the browser tests share: Chromium, pages with a watch on errors, pictures to keep, and axe.
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

export const base = (process.env.E2E_BASE_URL ?? process.env.PUBLIC_URL ?? 'http://127.0.0.1:8080').replace(/\/$/, '')
const results = join(dirname(dirname(fileURLToPath(import.meta.url))), 'test-results')
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
mkdirSync(results, { recursive: true })

export const carts = 'Which customers abandoned their carts this week and how do I win them back?'
const patience = 30_000

/** A browser for the tests of a file. */
export const launch = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  })

/** A person's own browser profile: its cookies are nobody else's. Errors of its pages fail the test that calls check. */
export async function person(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB', ...options })
  await context.addInitScript(axeSource) // before the page's own policy, which rightly forbids it later
  context.setDefaultTimeout(patience)
  const faults = []
  const open = async (path = '/') => {
    const page = await context.newPage()
    page.on('pageerror', (error) => faults.push(`${page.url()}: ${error.message}`))
    page.on('console', (message) => {
      // A refused call is logged by the browser itself; whether it was right is for the test to say.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) faults.push(`${page.url()}: ${message.text()}`)
    })
    await page.goto(base + path)
    return page
  }
  return { context, open, check: () => assert.deepEqual(faults, [], 'errors in the browser'), close: () => context.close() }
}

let count = 0
/** An address that no account has yet. */
export const newEmail = () => `e2e-${Date.now().toString(36)}-${process.pid}-${++count}@example.com`

export const password = 'a-long-enough-password'

export async function signUp(page, email = newEmail()) {
  await page.goto(`${base}/signup`)
  await fillSignUp(page, email)
  await page.getByRole('button', { name: 'Create account', exact: true }).click()
  await page.getByRole('heading', { name: /, Grace$/ }).waitFor()
  return email
}

export async function fillSignUp(scope, email) {
  await scope.getByLabel('First name').fill('Grace')
  await scope.getByLabel('Last name').fill('Hopper')
  await scope.getByLabel('Company').fill('Nordlicht')
  await scope.getByLabel('Work email').fill(email)
  await scope.getByRole('textbox', { name: 'Password' }).fill(password)
}

/** Loads the small demo shop from the empty chat, and waits until questions can be asked. */
export async function loadDemoData(page) {
  await page.getByRole('button', { name: 'Load demo data' }).click()
  await page.getByRole('list', { name: 'Questions to start with' }).waitFor({ timeout: 120_000 })
}

export async function ask(page, question) {
  await page.getByRole('textbox', { name: 'Your question' }).fill(question)
  await page.keyboard.press('Enter')
}

export const answered = (page) => page.getByRole('button', { name: 'Copy answer' })

export async function picture(page, name) {
  await page.screenshot({ path: join(results, `${name}.png`) })
}

/** axe finds nothing, in light and in dark. */
export async function accessible(page, name) {
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.waitForFunction((theme) => document.documentElement.dataset.theme === theme, colorScheme)
    // Colours fade for a tenth of a second after the theme changes; axe must see them at rest.
    await page.waitForFunction(() => document.getAnimations().every((a) => a.playState !== 'running' || a.effect?.getTiming().iterations === Infinity))
    await picture(page, `${name}-${colorScheme}`)
    const found = await page.evaluate(async () => {
      const { violations } = await window.axe.run(document, { resultTypes: ['violations'] })
      return violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target.join(' ')}: ${n.failureSummary}`))
    })
    assert.deepEqual(found, [], `axe on ${name} in ${colorScheme}`)
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'no-preference' })
}
