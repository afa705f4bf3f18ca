// Turns the path of a file into its key in the outputs bucket: /media/{asset}/{attempt}/... is
// {asset}/{attempt}/.... It runs after the signature was checked, which no page of AWS says: were it before, no
// signature would fit the key, and everything be refused. CloudFront matches paths with "..", "//" or escapes to a
// behavior in their normal form, and asks the origin for them as they are; no key of ours looks so, and nothing is
// asked for them.
function handler(event) {
  var request = event.request;
  var key = /^\/media(\/[0-9a-f]{32}\/[0-9]+\/[A-Za-z0-9_.\/-]+)$/.exec(request.uri);
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
