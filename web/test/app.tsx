import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { App } from '@/app/App'
import { dropToken } from '@/session/token'

/** Opens the app at an address, as a visitor. */
export function open(path = '/') {
  dropToken()
  window.history.pushState(null, '', path)
  const user = userEvent.setup()
  return { user, ...render(<App />) }
}

/** Opens the app and logs in as Ada, who has data. */
export async function openSignedIn(path = '/') {
  const app = open('/login')
  await app.user.type(await screen.findByLabelText('Email'), 'ada@example.com')
  await app.user.type(screen.getByLabelText('Password'), 'correct-horse')
  await app.user.click(screen.getByRole('button', { name: 'Log in' }))
  await screen.findByRole('heading', { name: /, Ada/ })
  if (path !== '/') await app.user.click(screen.getByRole('link', { name: { '/data': 'Data', '/analytics': 'Analytics', '/audience': 'Audience' }[path] ?? 'Settings' }))
  return app
}
