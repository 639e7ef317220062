// What a QR code brings stands behind the "#", which no browser sends anywhere: it goes into the fields, and leaves the
// address. <form data-from-hash="code digits">: the fields in their order, parted by "." there.

const form = document.querySelector("form[data-from-hash]");
const parts = decodeURIComponent(location.hash.slice(1)).split(".");
const names = form ? form.dataset.fromHash.split(" ") : [];

if (location.hash.length > 1 && parts.length === names.length) {
  history.replaceState(null, "", location.pathname);
  names.forEach((name, n) => { form.elements[name].value = parts[n]; });
  form.querySelector("button").focus();
}
