import { useCallback, useEffect, useRef, useState } from 'react'

const near = 80 // px from the bottom that still count as being there

/** Keeps the end of a growing list in view while the reader is there; scrolling up always wins. */
export function useFollowBottom() {
  const scroller = useRef<HTMLDivElement>(null)
  const content = useRef<HTMLDivElement>(null)
  const following = useRef(true)
  const [away, setAway] = useState(false)

  const jump = useCallback(
    (smooth = false) => {
      following.current = true
      setAway(false)
      const element = scroller.current
      element?.scrollTo({ top: element.scrollHeight, behavior: smooth ? 'smooth' : 'instant' })
    },
    [],
  )

  useEffect(() => {
    const element = scroller.current
    const inner = content.current
    if (!element || !inner) return
    let lastTop = element.scrollTop
    const onScroll = () => {
      const up = element.scrollTop < lastTop
      lastTop = element.scrollTop
      const atBottom = element.scrollHeight - element.scrollTop - element.clientHeight <= near
      if (up && !atBottom) following.current = false
      else if (atBottom) following.current = true
      setAway(!atBottom && !following.current)
    }
    const onWheel = (event: WheelEvent) => {
      if (event.deltaY < 0 && element.scrollHeight > element.clientHeight) following.current = false
    }
    const observer = new ResizeObserver(() => {
      if (following.current) element.scrollTop = element.scrollHeight
      else onScroll()
    })
    observer.observe(inner)
    observer.observe(element)
    element.addEventListener('scroll', onScroll, { passive: true })
    element.addEventListener('wheel', onWheel, { passive: true })
    return () => {
      observer.disconnect()
      element.removeEventListener('scroll', onScroll)
      element.removeEventListener('wheel', onWheel)
    }
  }, [])

  return { scroller, content, away, jump }
}
