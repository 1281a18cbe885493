#!/usr/bin/env bash
# A cache over Keyv reports a write as done that the server has refused.
#
# Versions: keyv 5.6.0, @keyv/redis 5.1.6, cache-manager 7.2.9 (npm), redis-server 7.0 or later (Debian), Node.js 20.
# Input:    a Redis server that refuses every write by its own rule (min-replicas-to-write 1, no replica:
#           "-NOREPLICAS Not enough good replicas to write."), and one SET through each library.
# Seen:     `await keyv.set()` resolves with true, `await cache.set()` of cache-manager with the value; reading the key back
#           gives undefined. The refusal reaches only listeners of the 'error' event; cache-manager without one is silent.
# Expected: a rejected promise, or false.
# So:       an application cannot see from its cache that a server sheds writes. Watch the server's own counters.
#
# Needs node, npm and redis-server. Exit code: 0 seen as described, 1 the behaviour has changed, 2 it could not be run.
set -euo pipefail
for tool in node npm redis-server redis-cli; do
    command -v "$tool" >/dev/null || { echo "needs $tool" >&2; exit 2; }
done
folder=$(mktemp -d)
server=
cleanup() {
    [[ -z $server ]] || { kill "$server" 2>/dev/null && wait "$server" 2>/dev/null; } || true
    rm -rf "$folder"
}
trap cleanup EXIT
cd "$folder"

echo '{"private": true}' >package.json
npm install --silent --no-audit --no-fund keyv@5.6.0 @keyv/redis@5.1.6 cache-manager@7.2.9 || exit 2

redis-server --unixsocket "$folder/socket" --port 0 --save '' --min-replicas-to-write 1 >server.log &
server=$!
for _ in {1..100}; do
    redis-cli -s "$folder/socket" ping >/dev/null 2>&1 && break
    sleep 0.1
done
redis-server --version
echo "direct: $(redis-cli -s "$folder/socket" set key value)" | tee seen

cat >probe.mjs <<'JS'
import KeyvRedis from '@keyv/redis';
import { createCache } from 'cache-manager';
import Keyv from 'keyv';

const store = () => new KeyvRedis({ socket: { path: process.argv[2] } });
const keyv = new Keyv({ store: store() });
keyv.on('error', error => console.log('error event:', error.message));
console.log('keyv.set:', await keyv.set('a', 'value'));
console.log('keyv.get:', await keyv.get('a'));
const cache = createCache({ stores: [new Keyv({ store: store() })] });
console.log('cache.set:', await cache.set('b', 'value'));
console.log('cache.get:', await cache.get('b'));
process.exit(0);
JS
node probe.mjs "$folder/socket" | tee -a seen

diff -B - seen <<'SEEN' || { echo "the behaviour has changed" >&2; exit 1; }
direct: NOREPLICAS Not enough good replicas to write.
error event: NOREPLICAS Not enough good replicas to write.
keyv.set: true
keyv.get: undefined
cache.set: value
cache.get: undefined
SEEN
