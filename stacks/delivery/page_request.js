// Answers each path of the page itself with the page, which knows by the path what to show. What has a suffix is
// one of its files.
function handler(event) {
  var request = event.request;
  if (request.uri.lastIndexOf('.') <= request.uri.lastIndexOf('/')) {
    request.uri = '/index.html';
  }
  return request;
}
