import { useState } from 'react'
import { useDispatch } from 'react-redux'
import { api } from '@/api/api'
import { problemOf, type Problem } from '@/api/problem'
import { beginSession } from '@/session/session'

export interface SignUpValues {
  email: string
  password: string
  firstName: string
  lastName: string
  companyName?: string
}

/** Logging in and signing up. done is called once the session has begun. */
export function useSignIn(done: () => void) {
  const dispatch = useDispatch() as (action: unknown) => unknown
  const [problem, setProblem] = useState<Problem>()
  const [login, logging] = api.useLoginMutation()
  const [register, registering] = api.useRegisterMutation()

  const finish = async (call: Promise<{ tokens: { accessToken: string; expiresIn: number } }>) => {
    setProblem(undefined)
    try {
      const { tokens } = await call
      dispatch(beginSession(tokens))
      done()
    } catch (error) {
      setProblem(problemOf(error))
    }
  }
  return {
    problem,
    clear: () => setProblem(undefined),
    busy: logging.isLoading || registering.isLoading,
    logIn: (values: { email: string; password: string }) => finish(login({ loginInputBody: values }).unwrap()),
    signUp: (values: SignUpValues) => finish(register({ registerInputBody: values }).unwrap()),
  }
}
