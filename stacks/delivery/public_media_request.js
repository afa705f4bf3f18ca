// Turns the path of a public file into its key in the outputs bucket: /media/public/{asset}/{attempt}/... is
// public/{asset}/{attempt}/.... Nobody signs for it: a path that leads out of the folder gets nothing, nor does
// one with "..", "//" or escapes, which no key of ours has.
function handler(event) {
  var request = event.request;
  var key = /^\/media(\/public\/[0-9a-f]{32}\/[0-9]+\/[A-Za-z0-9_.\/-]+)$/.exec(request.uri);
  if (!key || /\/\.{0,2}(\/|$)/.test(key[1])) {
    return {
      statusCode: 404,
      statusDescription: 'Not Found',
      headers: { 'content-type': { value: 'text/plain' } },
    };
  }
  request.uri = key[1];
  return request;
}
