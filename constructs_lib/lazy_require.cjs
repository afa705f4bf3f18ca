// Preloaded into jsii's Node.js process (see lazy_loading.py): the index of the AWS bindings requires its 2,135
// submodules at once, which takes seconds. Here each is required when it is first asked for.
'use strict';

const fs = require('node:fs');
const Module = require('node:module');

// CDKTF's bindings and those of its community's fork, which name index files and wrap what they require.
const INDEX = /[\\/]@cdkt[fn][\\/]provider-aws[\\/]lib[\\/]index\.js$/;
const EXPORT = /^exports\.(\w+) = (?:__importStar\()?require\("(\.\/[\w/-]+)"\)\)?;$/gm;

const load = Module._extensions['.js'];

Module._extensions['.js'] = function loadLazily(module, filename) {
  if (!INDEX.test(filename)) return load(module, filename);
  const submodules = [...fs.readFileSync(filename, 'utf8').matchAll(EXPORT)];
  // An index of another shape loads as ever: slowly, but rightly.
  if (submodules.length === 0) return load(module, filename);
  Object.defineProperty(module.exports, '__esModule', { value: true });
  for (const [, name, path] of submodules) {
    Object.defineProperty(module.exports, name, { enumerable: true, get: () => module.require(path) });
  }
};
