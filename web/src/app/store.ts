import { configureStore } from '@reduxjs/toolkit'
import { setupListeners } from '@reduxjs/toolkit/query'
import { api } from '@/api/api'
import { chatSlice } from '@/chat/chat'
import { sessionSlice } from '@/session/session'
import { toastSlice } from '@/ui/toast'

export function makeStore() {
  const store = configureStore({
    reducer: {
      [api.reducerPath]: api.reducer,
      [sessionSlice.name]: sessionSlice.reducer,
      [chatSlice.name]: chatSlice.reducer,
      [toastSlice.name]: toastSlice.reducer,
    },
    middleware: (defaults) => defaults({ serializableCheck: false, immutableCheck: false }).concat(api.middleware),
  })
  setupListeners(store.dispatch)
  return store
}
export type Store = ReturnType<typeof makeStore>
