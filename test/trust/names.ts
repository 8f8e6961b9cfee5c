/**
 * Every test of this room is named with the requirement that it shows: an id of OWASP ASVS 5.0.0 (May 2025), or of
 * GB/T 22239-2019 level 3 (8.1.4.x). docs/security.md lists them all; listed.test.ts holds the two together.
 */
export const asvs = (id: string, what: string): string => `[v5.0.0-${id}] ${what}`
export const djbh = (id: string, what: string): string => `[GB/T 22239 ${id}] ${what}`
