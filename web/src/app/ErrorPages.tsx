import { Link, useRouteError } from 'react-router-dom'
import { usePageTitle } from '@/lib/hooks'
import { Button, buttonClass } from '@/ui/Button'
import { PageBar } from '@/ui/PageBar'

export function NotFoundPage() {
  usePageTitle('Not found')
  return (
    <>
      <PageBar title="Not found" />
      <Center title="There is nothing at this address" text="It may have moved, or the link has a mistake in it.">
        <Link to="/" className={buttonClass('primary')}>
          Go to the chat
        </Link>
      </Center>
    </>
  )
}

/** Shown in place of a page that broke; alone, when there is no shell around it. A chunk that is gone means that a new version was put in place. */
export function RouteError({ alone }: { alone?: boolean }) {
  const error = useRouteError()
  const stale = error instanceof Error && /dynamically imported module|Importing a module script failed/i.test(error.message)
  return (
    <Center
      alone={alone}
      title={stale ? 'There is a new version of PulseHub' : 'This page ran into a problem'}
      text={stale ? 'Reload to get it. Nothing you started is lost.' : 'Reloading usually helps. Your conversations and everything that runs are safe.'}
    >
      <Button variant="primary" onClick={() => location.reload()}>
        Reload
      </Button>
    </Center>
  )
}

function Center({ alone, title, text, children }: { alone?: boolean; title: string; text: string; children: React.ReactNode }) {
  const Tag = alone ? 'main' : 'div'
  return (
    <Tag className="grid h-full flex-1 content-center justify-items-center gap-2 px-6 text-center">
      <p className="text-xl font-semibold tracking-[-0.015em]">{title}</p>
      <p className="mb-3 max-w-md text-md text-ink-2">{text}</p>
      {children}
    </Tag>
  )
}
