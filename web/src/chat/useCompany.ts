import { api } from '@/api/api'

export interface Company {
  firstName?: string
  name: string
  currency: string
  timeZone: string
}

const here = Intl.DateTimeFormat().resolvedOptions().timeZone

/** Who asks, and how their workspace counts money and time. */
export function useCompany(signedIn: boolean): Company {
  const { data } = api.useGetProfileQuery(undefined, { skip: !signedIn })
  return {
    firstName: data?.firstName,
    name: data?.companyName || data?.workspace.name || 'Your shop',
    currency: data?.workspace.currency ?? 'EUR',
    timeZone: data?.workspace.timeZone ?? here,
  }
}
