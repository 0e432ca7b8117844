/**
 * An expression for a process of its own: the most MB that were resident in it. Linux counts for `maxRSS` what the process had
 * that began it, until it became another program; VmHWM is of this program alone.
 */
export const PEAK_MB =
  "(await import('node:fs/promises').then(({ readFile }) => readFile('/proc/self/status', 'utf8')).then(" +
  '(status) => Number(/^VmHWM:\\s+(\\d+) kB$/m.exec(status)[1]), () => process.resourceUsage().maxRSS)) / 1024';
