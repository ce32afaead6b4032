import { useEffect, useRef } from 'react'
import { Button } from './Button'

/** Loads the next page of a list when it comes into view; a button where that is not noticed. */
export function More({ busy, onMore }: { busy: boolean; onMore: () => void }) {
  const ref = useRef<HTMLDivElement>(null)
  const more = useRef(onMore)
  useEffect(() => {
    more.current = onMore
  })
  useEffect(() => {
    if (!ref.current) return
    const observer = new IntersectionObserver((entries) => entries[0]?.isIntersecting && more.current())
    observer.observe(ref.current)
    return () => observer.disconnect()
  }, [])
  return (
    <div ref={ref} className="pt-2 text-center">
      <Button size="sm" variant="ghost" busy={busy} onClick={onMore}>
        Show more
      </Button>
    </div>
  )
}
