/** The mark; beside it stands the name, so it is silent. */
export function Logo({ size = 24 }: { size?: number }) {
  return (
    <svg viewBox="0 0 32 32" width={size} height={size} aria-hidden="true" className="shrink-0">
      <rect width="32" height="32" rx="9" className="fill-accent" />
      <path d="M6 17.5h4.2l2.6-8 5 14 3-9 1.4 3H26" fill="none" className="stroke-on-accent" strokeWidth="2.6" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  )
}
