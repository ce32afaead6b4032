/**
 * The tag for Google Tag Manager, as ES5, which is all that its Custom HTML tags take. It sends a page view each time it
 * fires, and from the first time on the Google Analytics 4 events that the page puts into the data layer, those before it
 * included. endpoint is /collect/{writeKey} with the server's address.
 *
 * A visitor is known by a random id in the page's own storage, with the user_id that the data layer names, and a visit ends
 * after 30 minutes without a word. Nothing is sent twice: each message has an id of its own.
 */
export const tagFor = (endpoint: string) => `<script>
(function (w, d) {
  var endpoint = ${JSON.stringify(endpoint)};
  var events = /^(view_item|view_cart|search|add_to_cart|begin_checkout|purchase|refund|generate_lead|sign_up|form_submit)$/;
  var hub = w.pulsehub = w.pulsehub || {};

  function id() {
    var hex = '', i;
    var bytes = w.crypto && w.crypto.getRandomValues ? w.crypto.getRandomValues(new Uint8Array(16)) : null;
    for (i = 0; i < 16; i++) hex += ('0' + (bytes ? bytes[i] : Math.floor(Math.random() * 256)).toString(16)).slice(-2);
    return hex;
  }
  function stored(name, value) {
    try {
      if (value) w.localStorage.setItem(name, value);
      return w.localStorage.getItem(name);
    } catch (e) { return null; }
  }
  function visitor() {
    hub.anonymousId = hub.anonymousId || stored('pulsehub_id') || id();
    stored('pulsehub_id', hub.anonymousId);
    return hub.anonymousId;
  }
  function visit() {
    var last = (hub.visit || stored('pulsehub_visit') || '').split('.');
    var now = new Date().getTime();
    hub.visit = (last[0] && now - Number(last[1]) < 1800000 ? last[0] : id()) + '.' + now;
    stored('pulsehub_visit', hub.visit);
    return hub.visit.split('.')[0];
  }
  function campaign() {
    var found = {}, pattern = /[?&]utm_(source|medium|campaign|term|content)=([^&#]*)/g, m;
    while ((m = pattern.exec(w.location.search))) {
      try { found[m[1] === 'campaign' ? 'name' : m[1]] = decodeURIComponent(m[2].replace(/\\+/g, ' ')); } catch (e) {}
    }
    return found;
  }
  function send(type, name, properties) {
    var now = new Date().toISOString();
    var message = {
      type: type, messageId: id(), anonymousId: visitor(), timestamp: now, sentAt: now, properties: properties,
      context: {
        sessionId: visit(), locale: w.navigator.language, campaign: campaign(),
        page: { url: w.location.href, path: w.location.pathname, title: d.title, referrer: d.referrer }
      }
    };
    if (name) message.event = name;
    if (hub.userId) message.userId = hub.userId;
    var body = JSON.stringify(message);
    try { if (w.navigator.sendBeacon && w.navigator.sendBeacon(endpoint, body)) return; } catch (e) {}
    var request = new XMLHttpRequest();
    request.open('POST', endpoint);
    request.setRequestHeader('Content-Type', 'text/plain');
    request.send(body);
  }
  function take(entry) {
    if (!entry) return;
    // What gtag() pushes is its arguments: "event", the name, the parameters.
    var gtag = entry[0] === 'event' || entry[0] === 'set' || entry[0] === 'config';
    var name = gtag ? (entry[0] === 'event' ? entry[1] : '') : entry.event;
    var said = gtag ? entry[entry.length - 1] : entry;
    if (!said || typeof said !== 'object') said = {};
    if (said.user_id) hub.userId = String(said.user_id);
    if (typeof name !== 'string' || !events.test(name)) return;
    var properties = {}, key, from = [said, said.ecommerce || {}], i;
    for (i = 0; i < from.length; i++) {
      for (key in from[i]) if (!/^(event|ecommerce|gtm\\..*|eventCallback|eventTimeout)$/.test(key) && typeof from[i][key] !== 'function') properties[key] = from[i][key];
    }
    try { send('track', name, properties); } catch (e) {}
  }

  if (!hub.listening) {
    hub.listening = true;
    var layer = w.dataLayer = w.dataLayer || [];
    var pending = layer.slice(0), push = layer.push, i;
    // Who is told first, so that the page view has the name, too.
    for (i = 0; i < pending.length; i++) if (pending[i] && pending[i].user_id) hub.userId = String(pending[i].user_id);
    send('page', '', {});
    for (i = 0; i < pending.length; i++) take(pending[i]);
    layer.push = function () {
      var result = push.apply(layer, arguments), n;
      for (n = 0; n < arguments.length; n++) take(arguments[n]);
      return result;
    };
  } else {
    send('page', '', {});
  }
})(window, document);
</script>`
