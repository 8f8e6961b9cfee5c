import { type Logger, pino } from 'pino'

/** JSON lines on stdout; what could be a secret is never written. */
export const openLog = (name: string): Logger =>
  pino({
    name,
    level: process.env.SANLING_LOG ?? 'info',
    redact: ['password', 'token', 'key', 'cookie', 'authorization', '*.password', '*.token', '*.key'],
  })
