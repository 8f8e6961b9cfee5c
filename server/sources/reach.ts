import { isIP } from 'node:net'
import { resolve, sep } from 'node:path'

/**
 * What a source that was added at the desk may reach (ASVS 1.3.6, 5.3.2). Devices stand at private addresses, so those
 * are open; what is closed is what no device is: other protocols, names and passwords inside an address, link-local
 * addresses (a cloud's metadata), and files of the system or of the product itself. Sources in sources.yaml, which only
 * the machine's own administrator can write, are not asked.
 */
export interface Reach {
  /** Holds secrets and records; folders that are not absolute lie below it. */
  dataDir: string
  configDir: string
  /** Whether something of that name lies in the data folder already; `drop` is where files are brought. */
  taken(name: string): boolean
}
const SYSTEM = ['/bin', '/boot', '/dev', '/etc', '/lib', '/lib64', '/proc', '/root', '/run', '/sbin', '/sys', '/usr']
/** Below these of SYSTEM an office keeps its certificates and passwords. */
const GIVEN = ['/etc/sanling', '/etc/ssl/certs', '/run/secrets']
const FOLDER_KEY = /^(folder|folders|\w+Folder)$/
const FILE_KEY = /^(path|paths|file|files|\w+File|\w+Path)$/

/** Sentences in Chinese, each with the key it is about; empty = all can be reached. */
export function reachFaults(source: unknown, reach: Reach, at = ''): string[] {
  if (typeof source !== 'object' || source === null) return []
  return Object.entries(source).flatMap(([key, value]) => {
    const where = at === '' ? key : `${at}.${key}`
    if (typeof value !== 'string') return reachFaults(value, reach, Array.isArray(source) ? at : where)
    const fault = faultOf(Array.isArray(source) ? (at.split('.').at(-1) ?? '') : key, value, reach)
    return fault === undefined ? [] : [`${where}：${fault}`]
  })
}

function faultOf(key: string, value: string, reach: Reach): string | undefined {
  if (key === 'url') return urlFault(value)
  if (key === 'host') return isLinkLocal(value) ? '不能是链路本地地址' : undefined
  if (FOLDER_KEY.test(key)) return folderFault(value, reach)
  return FILE_KEY.test(key) ? pathFault(resolve(value), reach) : undefined
}

function urlFault(text: string): string | undefined {
  if (!URL.canParse(text)) return '不是有效的网址'
  const { protocol, username, password, hostname } = new URL(text)
  if (protocol !== 'http:' && protocol !== 'https:') return '只能是 http 或 https'
  if (username !== '' || password !== '') return '网址中不能带用户名或口令'
  return isLinkLocal(hostname) ? '不能是链路本地地址' : undefined
}

/** 169.254.0.0/16 (RFC 3927) and fe80::/10 (RFC 4291), mapped ones too; URL has already made them canonical. */
function isLinkLocal(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase()
  if (isIP(name) === 4) return name.startsWith('169.254.')
  return isIP(name) === 6 && (/^fe[89ab]/.test(name) || /^::ffff:(169\.254\.|a9fe:)/.test(name))
}

const isBelow = (path: string, folders: readonly string[]): boolean =>
  folders.some((folder) => path === folder || path.startsWith(folder + sep))

function pathFault(path: string, { dataDir, configDir }: Pick<Reach, 'dataDir' | 'configDir'>): string | undefined {
  if (path.includes('\0')) return '路径无效'
  if (path === sep || (isBelow(path, SYSTEM) && !isBelow(path, GIVEN))) return '不能是系统目录'
  const own = [resolve(dataDir), resolve(configDir)]
  // A folder above ours holds ours too.
  const touches = isBelow(path, own) || own.some((folder) => isBelow(folder, [path]))
  return touches ? '不能是本系统自己的数据或配置目录' : undefined
}

function folderFault(text: string, { taken, ...reach }: Reach): string | undefined {
  const base = resolve(reach.dataDir)
  const path = resolve(base, text)
  if (!path.startsWith(base + sep)) return pathFault(path, reach)
  const first = path.slice(base.length + 1).split(sep)[0] ?? ''
  return first !== 'drop' && taken(first) ? '不能是本系统自己的数据或配置目录' : undefined
}
