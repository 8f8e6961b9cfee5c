/** The office's directory (LDAP, AD): it knows the passwords; roles and rights stay with us. */
export interface Directory {
  /** True when the directory takes this password. A directory that is away is not a yes: @throws Refusal unavailable */
  knows(username: string, password: string): Promise<boolean>
}

export interface DirectoryOptions {
  url: string
  /** Upgrade a plain connection before anything is said. */
  startTls: boolean
  /** PEM of the authority, for ldaps and StartTLS. */
  ca?: string | undefined
  /** Distinguished name with `{username}`, e.g. `uid={username},ou=people,dc=example,dc=org`. */
  userDn: string
  timeoutMs?: number
}

/** RFC 4514 2.4: what has a meaning in a distinguished name is escaped, so that a name stays one name. */
export const escapeDn = (value: string): string =>
  value
    .replace(/[\\,+"<>;=#\0]/g, (char) => `\\${char.charCodeAt(0).toString(16).padStart(2, '0')}`)
    .replace(/^[ ]|[ ]$/g, '\\20')
