/** A frame, and someone at work in it. */
export function Mark({ size = 20 }: { size?: number }) {
  return (
    <svg viewBox="0 0 32 32" width={size} height={size} aria-hidden className="shrink-0">
      <rect width="32" height="32" rx="8" className="fill-accent" />
      <path
        d="M8.5 14V8.5H14M23.5 18v5.5H18"
        className="fill-none stroke-accent-ink"
        strokeWidth="2.6"
        strokeLinecap="square"
      />
      <circle cx="16" cy="16" r="3.4" className="fill-accent-ink" />
    </svg>
  );
}
