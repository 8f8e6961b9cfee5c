import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  authorization,
  type Challenge,
  digestResponse,
  readAuthorization,
  readChallenge,
  splitChallenges,
} from '../../../collectors/intake/digest.ts'

/** RFC 7616 section 3.9.1. */
const EXAMPLE = {
  username: 'Mufasa',
  password: 'Circle of Life',
  method: 'GET',
  uri: '/dir/index.html',
  nc: 1,
  cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
}
const CHALLENGE: Challenge = {
  realm: 'http-auth@example.org',
  nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
  opaque: 'FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS',
  algorithm: 'MD5',
  qopAuth: true,
  stale: false,
}

describe('digest, RFC 7616', () => {
  it.each([
    ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
    ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
  ] as const)('reckons the example of the RFC with %s', (algorithm, expected) => {
    expect(digestResponse({ ...EXAMPLE, challenge: { ...CHALLENGE, algorithm } })).toBe(expected)
  })

  it('reckons the example of RFC 2069 style devices without qop', () => {
    const challenge = {
      ...CHALLENGE,
      realm: 'testrealm@host.com',
      nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093',
      qopAuth: false,
    }
    expect(digestResponse({ ...EXAMPLE, password: 'CircleOfLife', challenge })).toBe('1949323746fe6a43ef61f9606e7febea')
  })

  it.each([
    [
      'both algorithms',
      [
        'Digest realm="a", nonce="n1", qop="auth", algorithm=MD5',
        'Digest realm="a", nonce="n2", qop="auth", algorithm=SHA-256',
      ],
      'SHA-256',
      'n2',
    ],
    [
      'one line with Basic before it',
      ['Basic realm="a, b", Digest realm="c", qop="auth,auth-int", nonce=abc'],
      'MD5',
      'abc',
    ],
    ['stale and odd case', ['DIGEST Realm="r", NONCE="n", stale=TRUE, qop=auth'], 'MD5', 'n'],
  ])('chooses from %s', (_, headers, algorithm, nonce) => {
    expect(readChallenge(headers)).toMatchObject({ algorithm, nonce })
  })

  it.each([
    ['Basic only', ['Basic realm="x"']],
    ['an unknown algorithm', ['Digest realm="x", nonce="n", algorithm=SHA-512-256']],
    ['an algorithm named like what every object has', ['Digest realm="x", nonce="n", algorithm=constructor']],
    ['only auth-int', ['Digest realm="x", nonce="n", qop="auth-int"']],
    ['no nonce', ['Digest realm="x"']],
    ['nothing', []],
  ])('answers no challenge with %s', (_, headers) => {
    expect(readChallenge(headers)).toBeUndefined()
  })

  it('tells stale from not stale', () => {
    expect(readChallenge(['Digest realm="x", nonce="n", qop="auth", stale="true"'])?.stale).toBe(true)
    expect(readChallenge(['Digest realm="x", nonce="n", qop="auth", stale="FALSE"'])?.stale).toBe(false)
  })

  it('writes what the other side reads back, quotes and backslashes included', () => {
    const text = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(text, text, text, (username, realm, nonce) => {
        const header = authorization({ ...EXAMPLE, username, challenge: { ...CHALLENGE, realm, nonce } })
        const read = readAuthorization(header)
        expect([read?.get('username'), read?.get('realm'), read?.get('nonce')]).toEqual([username, realm, nonce])
      }),
    )
  })

  it('never throws and always ends on any header', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (header) => {
        expect(Array.isArray(splitChallenges(header))).toBe(true)
        readChallenge([header])
      }),
      { numRuns: 10_000 },
    )
  })
})
