import { createSlice, nanoid, type PayloadAction } from '@reduxjs/toolkit'

export interface Toast {
  id: string
  tone: 'neutral' | 'danger'
  text: string
}

/** Short notes at the foot of the page, for what happened away from where one looks. */
export const toastSlice = createSlice({
  name: 'toasts',
  initialState: [] as Toast[],
  reducers: {
    toastShown: {
      prepare: (text: string, tone: Toast['tone'] = 'neutral') => ({ payload: { id: nanoid(), text, tone } }),
      reducer: (toasts, action: PayloadAction<Toast>) => [...toasts.filter((t) => t.text !== action.payload.text), action.payload].slice(-3),
    },
    toastDismissed: (toasts, action: PayloadAction<string>) => toasts.filter((t) => t.id !== action.payload),
  },
})

export const { toastShown, toastDismissed } = toastSlice.actions
