// Runs under whatever Node ≥ 20 the machine has, before every npm script: plain JavaScript, built-in modules only.
// Brings node_modules in line with package-lock.json; with --tests also the Debian programs that the tests start.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const say = (text) => process.stderr.write(`${text}\n`)

/** Written by npm at the end of every complete installation. */
const receipt = `${root}/node_modules/.package-lock.json`
const packagesAreStale = () => {
  if (!existsSync(receipt)) return true
  const lock = `${root}/package-lock.json`
  return statSync(receipt).mtimeMs < statSync(lock).mtimeMs && differ(lock)
}
/** git and npm itself touch the file's time without changing what should be installed. */
function differ(lock) {
  const packages = (file) => JSON.parse(readFileSync(file, 'utf8')).packages
  const installed = packages(receipt)
  return Object.entries(packages(lock)).some(
    ([path, { version, optional }]) => path !== '' && !optional && installed[path]?.version !== version,
  )
}

function installPackages() {
  say('正在安装依赖（npm ci）……')
  const npm = process.env.npm_execpath
  const [program, first] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []]
  const done = spawnSync(program, [...first, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  })
  if (done.status !== 0) {
    say('依赖安装失败。请检查网络或 npm 镜像设置（npm config get registry），再运行一次。')
    process.exit(1)
  }
}

const inPath = (name) =>
  [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/usr/local/sbin'].some((folder) =>
    existsSync(`${folder}/${name}`),
  )
const hasPostgres = () =>
  inPath('postgres') || spawnSync('sh', ['-c', 'ls /usr/lib/postgresql/*/bin/postgres']).status === 0
const hasChineseFont = () => {
  const list = spawnSync('fc-list', [':lang=zh', 'family'], { encoding: 'utf8' })
  return list.status === 0 && /Noto Sans CJK/.test(list.stdout)
}

/** [Debian package, is it there?] */
const PROGRAMS = [
  ['mosquitto', () => inPath('mosquitto')],
  ['mosquitto-clients', () => inPath('mosquitto_pub')],
  ['influxdb', () => inPath('influxd')],
  ['postgresql', hasPostgres],
  ['redis-server', () => inPath('redis-server')],
  ['mariadb-server', () => inPath('mariadbd')],
  ['slapd', () => inPath('slapd')],
  ['chromium', () => inPath('chromium')],
  ['fontconfig', () => inPath('fc-list')],
  ['fonts-noto-cjk', hasChineseFont],
  ['clamav-daemon', () => inPath('clamd')],
  ['gcc', () => inPath('cc')],
  ['openssl', () => inPath('openssl')],
  ['tesseract-ocr', () => inPath('tesseract')],
  ['tesseract-ocr-chi-sim', () => existsSync('/usr/share/tesseract-ocr/5/tessdata/chi_sim.traineddata')],
  ['poppler-utils', () => inPath('pdftoppm')],
  ['libc6-dev', () => existsSync('/usr/include/stdio.h')],
]
const missingPrograms = () => PROGRAMS.filter(([, present]) => !present()).map(([name]) => name)

/** Packages must not start their system services: exit 101 of policy-rc.d forbids it (Debian policy 9.3.3). */
function withoutServices(act) {
  const policy = '/usr/sbin/policy-rc.d'
  const ours = !existsSync(policy)
  if (ours) execFileSync('sh', ['-c', `printf '#!/bin/sh\\nexit 101\\n' > ${policy} && chmod 755 ${policy}`])
  try {
    act()
  } finally {
    if (ours) execFileSync('rm', ['-f', policy])
  }
}

function installPrograms(names) {
  say(`正在安装测试所需的程序：${names.join(' ')} ……`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const apt = (...args) => spawnSync('apt-get', args, { stdio: ['ignore', 2, 2], env }).status === 0
  withoutServices(() => {
    apt('-qq', 'update')
    // One package that fails must not keep the others away: what is still missing is named below.
    if (!apt('-qq', 'install', '-y', '--no-install-recommends', ...names))
      for (const name of names) apt('-qq', 'install', '-y', '--no-install-recommends', name)
  })
}

if (packagesAreStale()) installPackages()
if (process.argv.includes('--tests')) {
  const canInstall = process.getuid?.() === 0 && inPath('apt-get')
  if (canInstall && missingPrograms().length > 0) installPrograms(missingPrograms())
  const missing = missingPrograms()
  if (missing.length > 0) {
    say(`测试需要这些程序，但本机没有：${missing.join(' ')}`)
    say(`请安装后再运行：sudo apt-get update && sudo apt-get install --no-install-recommends ${missing.join(' ')}`)
    process.exit(1)
  }
}
