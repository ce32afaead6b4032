import { useSelector } from 'react-redux'
import { selectSignedIn } from '@/session/session'
import { api } from './api'

/** The signed-in user, or undefined for a visitor and until it is known. */
export function useMe() {
  const signedIn = useSelector(selectSignedIn)
  return api.useGetProfileQuery(undefined, { skip: !signedIn }).data
}
