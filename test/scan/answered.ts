/** What Wapiti's report says, and which of it docs/security.md answers instead of mending. */
export interface Finding {
  category: string
  method: string
  path: string
  info: string
}
export interface Report {
  vulnerabilities?: Record<string, Finding[]>
  anomalies?: Record<string, Finding[]>
}

export const findings = ({ vulnerabilities = {}, anomalies = {} }: Report): Finding[] =>
  [...Object.entries(vulnerabilities), ...Object.entries(anomalies)].flatMap(([category, list]) =>
    list.map(({ method, path, info }) => ({ category, method, path, info })),
  )

/** Each with its answer in docs/security.md under «扫描答复», by the same id. */
export const ANSWERS: readonly { id: string; fits(finding: Finding): boolean }[] = [
  // Plain http on loopback: HSTS means something over TLS only, and is sent there (test/trust/tls.test.ts).
  {
    id: 'S-1',
    fits: ({ category, info }) => category === 'HTTP Secure Headers' && /Strict-Transport-Security/i.test(info),
  },
  // Sent as `0`, which Wapiti takes for missing: the old filter of browsers was a hole itself, the policy stands in for it.
  { id: 'S-2', fits: ({ category, info }) => category === 'HTTP Secure Headers' && /X-XSS-Protection/i.test(info) },
]
export const answered = (finding: Finding): boolean => ANSWERS.some(({ fits }) => fits(finding))
