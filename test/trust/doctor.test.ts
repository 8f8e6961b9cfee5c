import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { certificateCheck } from '../../server/commands/checks/machine.ts'
import { ROOT } from '../commands/product.ts'
import { temporaryFolder } from '../services.ts'
import { newAuthority } from './authority.ts'
import { asvs } from './names.ts'

/** `npm run doctor` looks at each certificate that services.yaml names. */
afterEach(() => vi.unstubAllEnvs())
const looked = async (services: object) => {
  const file = join(temporaryFolder('doctor'), 'services.yaml')
  writeFileSync(file, JSON.stringify(services))
  vi.stubEnv('SANLING_SERVICES', file)
  return certificateCheck.look({ configDir: join(ROOT, 'config'), dataDir: '/nowhere', environment: {} as never })
}

test(
  asvs('12.3.4', 'certificates that are missing, none, or about to run out are told with the key that names them'),
  async () => {
    const { certFile, keyFile, caFile } = newAuthority('doctor')
    expect(await looked({})).toMatchObject([{ level: 'ok' }])
    const found = await looked({
      http: { tls: { certFile, keyFile } },
      broker: { kind: 'embedded', tls: { certFile: keyFile, keyFile, caFile: '/nowhere/ca.pem' } },
      directory: { url: 'ldaps://ldap.example', caFile, userDn: 'uid={username}' },
    })
    expect(found.map(({ level }) => level)).toEqual(['warn', 'fail', 'fail', 'warn'])
    expect(found.map(({ mend }) => mend).join()).toMatch(/broker\.tls\.certFile.*broker\.tls\.caFile/)
  },
)
