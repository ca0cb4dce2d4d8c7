// npm run test:kubernetes [part of a file's name …]: a real node of Kubernetes, with pods that pull from Longshore and with Longshore in pods.
// As root on Debian. The first run builds Kubernetes' own programs and takes some ten minutes; CI does not run it.
import { globSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildImage } from '../test/kubernetes/image.ts'
import { buildGoModule, installPackages } from './install-clients.ts'
import { conclude } from './report.ts'
import { runTests } from './run-tests.ts'

const node = ['etcd-server', 'containerd', 'runc', 'containernetworking-plugins', 'iptables', 'busybox-static']
const images = ['skopeo', 'buildah', 'mmdebstrap']
const engines = ['postgresql', 'ceph-mon', 'ceph-osd', 'ceph-common', 'radosgw']
await installPackages([...node, ...images, ...engines])
for (const module of ['helm', 'kubernetes'] as const) console.log(`${module}: ${await buildGoModule(module)}`)

const wanted = process.argv.slice(2)
const files = globSync('test/kubernetes/**/*.test.ts').filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
const folder = mkdtempSync(join(tmpdir(), 'longshore-image-'))
// Not by a name of the server's settings: one that it does not know, it refuses.
if (files.some((file) => file.includes('chart'))) process.env.TEST_IMAGE = await buildImage(folder)
// One after the other: each has a node of its own.
const part = await runTests({ title: 'Kubernetes', patterns: files, atOnce: 1 })
rmSync(folder, { recursive: true })
conclude([part])
