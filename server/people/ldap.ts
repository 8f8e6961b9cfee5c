import { Refusal } from '../refusal.ts'
import { type Directory, type DirectoryOptions, escapeDn } from './directory.ts'

const WAIT_MS = 5000

/** Sign-in by a simple bind in the person's own name: we keep no password that could read the directory. */
export const ldapDirectory = ({ url, startTls, ca, userDn, timeoutMs = WAIT_MS }: DirectoryOptions): Directory => ({
  async knows(username, password) {
    // RFC 4513 5.1.2: a bind with a name and no password is an anonymous one, which servers may answer with success.
    if (password === '') return false
    const { Client, InvalidCredentialsError } = await import('ldapts')
    const tlsOptions = ca === undefined ? {} : { ca: [ca] }
    const secure = url.startsWith('ldaps:')
    const client = new Client({ url, timeout: timeoutMs, connectTimeout: timeoutMs, ...(secure ? { tlsOptions } : {}) })
    try {
      if (startTls) await client.startTLS(tlsOptions)
      await client.bind(userDn.replaceAll('{username}', escapeDn(username)), password)
      return true
    } catch (error) {
      if (error instanceof InvalidCredentialsError) return false
      throw new Refusal('unavailable', '单位目录服务暂时连不上，请稍后再试或联系系统管理员')
    } finally {
      await client.unbind().catch(() => undefined)
    }
  },
})
