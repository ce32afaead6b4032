import { createSlice, type ThunkAction, type UnknownAction } from '@reduxjs/toolkit'
import { tellTabs } from '@/lib/tabs'
import { dropToken, holdToken, mayHaveSession, refresh, type Tokens } from './token'

/** unknown: not asked yet. unreachable: the API did not answer, so nobody knows. */
export type SessionStatus = 'unknown' | 'anonymous' | 'signed_in' | 'unreachable'

interface SessionState {
  status: SessionStatus
  /** Set when a session that was there has ended without the user ending it. */
  expired: boolean
}

const initialState: SessionState = { status: 'unknown', expired: false }

export const sessionSlice = createSlice({
  name: 'session',
  initialState,
  reducers: {
    sessionBegan: (state) => {
      state.status = 'signed_in'
      state.expired = false
    },
    sessionEnded: (state, action: { payload: { expired: boolean } }) => {
      state.expired = action.payload.expired && state.status === 'signed_in'
      state.status = 'anonymous'
    },
    sessionUnreachable: (state) => {
      if (state.status === 'unknown') state.status = 'unreachable'
    },
    expiryAcknowledged: (state) => {
      state.expired = false
    },
  },
})

export const { sessionBegan, sessionEnded, sessionUnreachable, expiryAcknowledged } = sessionSlice.actions

interface WithSession {
  session: SessionState
}
type Thunk<R> = ThunkAction<R, WithSession, unknown, UnknownAction>

export const selectSession = (state: WithSession) => state.session
export const selectSignedIn = (state: WithSession) => state.session.status === 'signed_in'

/** Finds out at the start whether this browser is signed in. */
export const resumeSession = (): Thunk<Promise<void>> => async (dispatch) => {
  if (!mayHaveSession()) {
    dispatch(sessionEnded({ expired: false }))
    return
  }
  const result = await refresh()
  if (result === 'ok') dispatch(sessionBegan())
  else if (result === 'signed_out') dispatch(sessionEnded({ expired: false }))
  else dispatch(sessionUnreachable())
}

/** Begins a session with the tokens of a log-in or sign-up, here and in the other tabs. */
export const beginSession = (tokens: Tokens): Thunk<void> => (dispatch) => {
  holdToken(tokens)
  dispatch(sessionBegan())
  tellTabs({ type: 'signed_in' })
}

/** Forgets the session, here and in the other tabs. The API is told by the log-out call; the page is to be left next. */
export function forgetSession() {
  dropToken()
  tellTabs({ type: 'signed_out' })
}
