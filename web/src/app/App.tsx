import { useState } from 'react'
import { Provider } from 'react-redux'
import { RouterProvider } from 'react-router-dom'
import { TipProvider } from '@/ui/Tip'
import { Toasts } from '@/ui/Toasts'
import { makeRouter } from './routes'
import { SessionGate } from './SessionGate'
import { makeStore } from './store'

export function App() {
  const [store] = useState(makeStore)
  const [router] = useState(makeRouter)
  return (
    <Provider store={store}>
      <TipProvider>
        <SessionGate>
          {/* Without transitions: a page that was asked for is shown at once. */}
          <RouterProvider router={router} future={{ v7_startTransition: false }} />
        </SessionGate>
        <Toasts />
      </TipProvider>
    </Provider>
  )
}
