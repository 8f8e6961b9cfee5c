import { type Logger, pino } from 'pino'
import { logOut } from '../config/log-out.ts'
import { scrub } from '../config/scrub.ts'

/** JSON lines on stdout; what could be a secret is never written. */
export const openLog = (name: string): Logger =>
  pino(
    {
      name,
      level: process.env.SANLING_LOG ?? 'info',
      redact: ['password', 'token', 'key', 'cookie', 'authorization', '*.password', '*.token', '*.key'],
      hooks: { streamWrite: scrub },
    },
    logOut(),
  )
