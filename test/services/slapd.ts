import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { listens } from './mosquitto.ts'
import { findProgram, freePort, type Service, startService, temporaryFolder } from './process.ts'

const SUFFIX = 'dc=example,dc=org'
const SCHEMAS = ['core', 'cosine', 'inetorgperson']

export interface DirectoryService extends Service {
  /** Distinguished names of people, with `{username}`. */
  userDn: string
}

/** OpenLDAP's slapd with people who have these passwords. */
export async function startSlapd(people: Readonly<Record<string, string>>): Promise<DirectoryService> {
  const program = findProgram('slapd', 'slapd')
  const folder = temporaryFolder('slapd')
  const port = await freePort()
  const config = join(folder, 'slapd.conf')
  mkdirSync(join(folder, 'data'))
  writeFileSync(
    config,
    [
      ...SCHEMAS.map((name) => `include /etc/ldap/schema/${name}.schema`),
      'modulepath /usr/lib/ldap',
      'moduleload back_mdb',
      'require bind',
      'database mdb',
      `suffix "${SUFFIX}"`,
      `directory ${join(folder, 'data')}`,
      'access to attrs=userPassword by anonymous auth by * none',
      'access to * by * none',
      '',
    ].join('\n'),
  )
  const entries = [
    `dn: ${SUFFIX}\nobjectClass: dcObject\nobjectClass: organization\no: example\ndc: example`,
    `dn: ou=people,${SUFFIX}\nobjectClass: organizationalUnit\nou: people`,
    ...Object.entries(people).map(
      ([name, password]) =>
        `dn: uid=${name},ou=people,${SUFFIX}\nobjectClass: inetOrgPerson\nuid: ${name}\ncn: ${name}\nsn: ${name}\nuserPassword: ${password}`,
    ),
  ]
  const ldif = join(folder, 'people.ldif')
  writeFileSync(ldif, `${entries.join('\n\n')}\n`)
  const filled = spawnSync(findProgram('slapadd', 'slapd'), ['-f', config, '-l', ldif], { encoding: 'utf8' })
  if (filled.status !== 0) throw new Error(`slapadd：${filled.stderr}`)
  const url = `ldap://127.0.0.1:${port}`
  const service = await startService({
    name: 'slapd',
    program,
    args: ['-h', `${url}/`, '-f', config, '-d', '0'],
    folder,
    port,
    url,
    ready: () => listens(port),
  })
  return Object.assign(service, { userDn: `uid={username},ou=people,${SUFFIX}` })
}
