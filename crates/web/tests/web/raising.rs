//! How residents raise a case: in one box, with photos, twice, wrongly, too often.

use crate::kit::{Answer, Client, Kit};
use crate::resident::{SAID, opened};
use axum::body::Body;
use axum::http::{Method, StatusCode};
use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, RgbImage};
use ledger::checkpoint::Verifier;
use ledger::receipt::Receipt;

/// Sends the form of `/raise` with files, as a browser does.
async fn raise_with(client: &mut Client<'_>, fields: &[(&str, &str)], photos: &[&[u8]]) -> Answer {
    send_with(client, "/raise", fields, photos).await
}

/// Sends a form with photos.
pub(crate) async fn send_with(
    client: &mut Client<'_>,
    path: &str,
    fields: &[(&str, &str)],
    photos: &[&[u8]],
) -> Answer {
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend(format!("--cut\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
    }
    for photo in photos {
        let head = "--cut\r\ncontent-disposition: form-data; name=\"photos\"; filename=\"a.jpg\"\r\n\r\n";
        body.extend(head.bytes().chain(photo.iter().copied()).chain("\r\n".bytes()));
    }
    body.extend(b"--cut--\r\n");
    let same = [("origin", "http://doorstep.test")];
    client.send(Method::POST, path, &same, Body::from(body), "multipart/form-data; boundary=cut").await
}

pub(crate) fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let mut out = Vec::new();
    let picture = RgbImage::from_pixel(width, height, Rgb([90, 120, 60]));
    JpegEncoder::new_with_quality(&mut out, 80).encode_image(&picture).unwrap();
    out
}

/// With an EXIF note that holds a position.
fn with_place(jpeg: &[u8]) -> Vec<u8> {
    let note = b"\xff\xe1\0\x30Exif\0\0MM\0\x2a\0\0\0\x08\0\0\0\0\0\0 N 39.1172 E 117.2145 here  ";
    [&jpeg[..2], &note[..], &jpeg[2..]].concat()
}

#[tokio::test]
async fn one_box_is_enough_and_the_receipt_follows_at_once() {
    let kit = Kit::new().await;
    let mut client = kit.client();
    let form = client.get("/raise").await;
    assert_eq!(form.status, StatusCode::OK);
    assert_eq!(
        form.headers["cache-control"], "private, no-cache",
        "a visit gets a new key, the back button the old one"
    );
    let emergency = form.text.find("110").unwrap();
    assert!(emergency < form.text.find("<textarea").unwrap(), "said before anything is typed");
    assert!(form.text.contains("后面还有 # 个小问题，都可以跳过"), "and what more there is, is optional");
    let key = form.input("key");
    assert_ne!(key, client.get("/raise").await.input("key"));
    let answer = client.post("/raise", &[("key", &key), ("text", SAID)]).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/case/receipt?done=raised"));
    let receipt = client.get("/case/receipt?done=raised").await;
    assert!(receipt.text.contains("<meta name=\"draft-done\" content=\"raise\">"));
    assert!(receipt.text.contains("已经收到") && receipt.text.contains("5月5日"), "{}", receipt.text);
    assert!(receipt.text.contains("/verify#r=") && receipt.text.contains("class=\"qr\""));
    assert_eq!(receipt.headers["cache-control"], "no-store");
    let file = client.get("/case/receipt.tlog-proof").await;
    assert_eq!(file.headers["content-disposition"], "attachment; filename=\"receipt.tlog-proof\"");
    let vkey = client.get("/checkpoint.vkey").await.text;
    Receipt::parse(&file.text).unwrap().verify(&Verifier::parse(vkey.trim()).unwrap()).unwrap();
    let slip = client.get("/case/slip").await;
    assert!(slip.text.contains("print-slip") && slip.text.contains("class=\"slip\""));
    let title = slip.text.split("<title>").nth(1).unwrap().split("</title>").next().unwrap();
    assert_eq!(title, "回执 · 家门口");
}

#[tokio::test]
async fn the_same_submission_twice_is_one_case_and_a_changed_one_leads_to_the_first_for_whoever_has_it_open() {
    let kit = Kit::new().await;
    let code = |page: &Answer| {
        let from = page.text.find("class=\"code\">").unwrap() + 13;
        page.text[from..from + 13].to_owned()
    };
    let mut client = kit.client();
    client.post("/raise", &[("key", "k"), ("text", SAID)]).await;
    let first = code(&client.get("/case/receipt").await);
    let mut again = kit.client();
    again.post("/raise", &[("key", "k"), ("text", SAID)]).await;
    assert_eq!(code(&again.get("/case/receipt").await), first);
    // A kept form in other hands opens nothing: what was typed stays, and counts under a key of its own.
    let mut stranger = kit.client();
    let answer = stranger.post("/raise", &[("key", "k"), ("text", "别人的事。")]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text.contains("别人的事。") && answer.input("key") != "k");
    assert_eq!(stranger.get("/case").await.location(), "/follow?done=visit-over");
    let mut changed = again;
    let answer = changed.post("/raise", &[("key", "k"), ("text", "还有一件事。")]).await;
    assert_eq!(answer.location(), "/case/receipt?done=raised-before");
    let page = changed.get(answer.location()).await;
    assert_eq!(code(&page), first);
    assert!(page.text.contains("上一次提交其实已经收到了") && !page.text.contains("draft-done"));
}

#[tokio::test]
async fn whoever_sends_again_with_something_changed_is_told_that_the_change_was_not_added() {
    let kit = Kit::new().await;
    let mut client = kit.client();
    let first = [("text", SAID), ("place", "示例里"), ("phone", "10000000001")];
    let (same, before) = ("/case/receipt?done=raised", "/case/receipt?done=raised-before");
    assert_eq!(client.post("/raise", &first).await.location(), same);
    assert_eq!(client.post("/raise", &first).await.location(), same);
    let changes = [
        ("phone", "10000000002"),
        ("name", "示例居民0002"),
        ("email", "name@example.com"),
        ("category", "water"),
        ("public", "yes"),
        ("secret", "580264"),
    ];
    for changed in changes {
        let others = first.iter().filter(|(name, _)| *name != changed.0).copied();
        let fields: Vec<(&str, &str)> = others.chain([changed]).collect();
        assert_eq!(client.post("/raise", &fields).await.location(), before, "{}", changed.0);
    }
    let photo = raise_with(&mut client, &first, &[&jpeg(8, 8)]).await;
    assert_eq!(photo.location(), before, "a photo that was forgotten the first time");
    assert!(client.get(before).await.text.contains("这次改动的内容没有加进去"));
    let page = client.get("/case").await;
    assert!(!page.text.contains("/case/photo/1"), "and it is not there");
    let accuse = |unit: &'static str| [("text", "收礼"), ("track", "accusation"), ("accused", unit)];
    assert_eq!(client.post("/raise", &accuse("housing")).await.location(), same);
    assert_eq!(client.post("/raise", &accuse("water")).await.location(), before, "the first unit stays accused");
}

#[tokio::test]
async fn the_script_of_the_form_is_told_where_to_go() {
    let kit = Kit::new().await;
    let mut client = kit.client();
    let accept = [("accept", "application/json, text/html"), ("origin", "http://doorstep.test")];
    let kind = "application/x-www-form-urlencoded";
    let answer = client.send(Method::POST, "/raise", &accept, Body::from("key=k&text=a"), kind).await;
    assert_eq!(answer.status, StatusCode::OK);
    let told: serde_json::Value = serde_json::from_str(&answer.text).unwrap();
    assert_eq!(told["location"], "/case/receipt?done=raised");
    assert_eq!(client.get("/case").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_refusal_stands_at_its_field_and_nothing_that_was_typed_is_lost() {
    let kit = Kit::new().await;
    let mut client = kit.client();
    let typed = [("text", SAID), ("place", "示例里<3>号楼"), ("street", "street-1"), ("category", "water")];
    for (field, value, words) in [
        ("phone", "打我手机", "这不是一个电话号码"),
        ("secret", "12", "6到12位数字"),
        ("street", "nowhere", "没有“nowhere”这个街道"),
        ("category", "nothing", "没有“nothing”这个类别"),
    ] {
        let mut fields: Vec<_> = typed.iter().copied().filter(|(name, _)| *name != field).collect();
        fields.extend([("key", "k"), (field, value)]);
        let answer = client.post("/raise", &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        assert!(answer.text.contains(&format!("href=\"#f-{field}\"")) && answer.text.contains(words), "{field}");
        assert!(answer.text.contains("<title>有误：") && answer.text.contains(SAID), "{field}");
        assert_eq!(answer.input("key"), "k", "the same submission goes on");
        assert!(answer.text.contains("示例里&#60;3&#62;号楼"), "what was typed is text and never markup");
    }
    let answer = client.post("/raise", &[("text", " "), ("place", "示例里")]).await;
    assert!(answer.text.contains("href=\"#f-text\"") && answer.text.contains("value=\"示例里\""));
    let answer = client.post("/raise", &[("text", &"字".repeat(20_001))]).await;
    assert!(answer.text.contains("最多20000个字"));
    let answer = client.post("/raise", &[("text", "a"), ("track", "none")]).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    client.lang = "en";
    let answer = client.post("/raise", &[("text", "")]).await;
    assert!(answer.text.contains("This is empty.") && answer.text.contains("<title>Error: Raise something"));
}

#[tokio::test]
async fn after_thirty_from_one_address_the_next_one_waits_with_its_text_kept() {
    let kit = Kit::new().await;
    let mut client = kit.client();
    for _ in 0..30 {
        assert_eq!(client.post("/raise", &[("text", "")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let answer = client.post("/raise", &[("text", SAID)]).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(answer.headers.contains_key("retry-after") && answer.text.contains(SAID));
    assert!(answer.text.contains("请求太多"));
}

#[tokio::test]
async fn photos_are_kept_without_the_place_and_shown_to_nobody_else() {
    let kit = Kit::new().await;
    let mut client = kit.client();
    let taken = with_place(&jpeg(2000, 1000));
    let answer = raise_with(&mut client, &[("key", "p"), ("text", SAID)], &[&taken, &jpeg(60, 40)]).await;
    assert_eq!(answer.location(), "/case/receipt?done=raised", "{}", answer.text);
    let page = client.get("/case").await;
    assert!(page.text.contains("src=\"/case/photo/1\"") && page.text.contains("src=\"/case/photo/2\""));
    let photo = client.get("/case/photo/1").await;
    assert_eq!(
        (&photo.headers["content-type"], &photo.headers["cache-control"]),
        (&"image/jpeg".parse().unwrap(), &"no-store".parse().unwrap())
    );
    assert!(
        taken.windows(7).any(|w| w == b"39.1172") && !photo.text.contains("39.1172") && !photo.text.contains("Exif")
    );
    for path in ["/case/photo/0", "/case/photo/3", "/case/photo/x"] {
        assert_eq!(client.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(kit.client().get("/case/photo/1").await.location(), "/follow?done=visit-over");
    let other = kit.raise("另一件").await;
    assert_eq!(opened(&kit, &other).await.get("/case/photo/1").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_is_no_photo_too_many_or_too_large_is_refused_at_the_photos() {
    let kit = Kit::new().await;
    let mut client = kit.client();
    let mut huge = jpeg(64, 64);
    let head = huge.windows(2).position(|w| w == [0xff, 0xc0]).unwrap();
    huge[head + 5..head + 9].copy_from_slice(&[0x3f, 0xff, 0x3f, 0xff]);
    let small = jpeg(8, 8);
    let cases: [(&[&[u8]], &str); 3] =
        [(&[b"%PDF-1.7"], "读不出照片"), (&[&huge], "太大"), (&[&small[..]; 6], "最多 5 张")];
    for (photos, words) in cases {
        let answer = raise_with(&mut client, &[("text", SAID), ("place", "示例里")], photos).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{words}");
        assert!(answer.text.contains("href=\"#f-photos\"") && answer.text.contains(words), "{}", answer.text);
        assert!(answer.text.contains(SAID) && answer.text.contains("value=\"示例里\""));
    }
    let answer = raise_with(&mut client, &[("text", SAID), ("phone", "x")], &[&small]).await;
    assert!(answer.text.contains("href=\"#f-phone\"") && answer.text.contains("照片需要重新选一次"));
}

/// A PNG that says to be 5,700 pixels a side.
fn says_to_be_large() -> Vec<u8> {
    let mut out = std::io::Cursor::new(Vec::new());
    image::DynamicImage::new_rgb8(4, 4).write_to(&mut out, image::ImageFormat::Png).unwrap();
    let mut bytes = out.into_inner();
    bytes[16..24].copy_from_slice(&[0, 0, 0x16, 0x44, 0, 0, 0x16, 0x44]);
    let step = |crc: u32| if crc & 1 == 1 { 0xedb8_8320 ^ (crc >> 1) } else { crc >> 1 };
    let crc = !bytes[12..29].iter().fold(!0u32, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)));
    bytes[29..33].copy_from_slice(&crc.to_be_bytes());
    bytes
}

#[tokio::test]
async fn one_address_has_a_budget_of_pictures_and_is_told_when_to_come_again_with_its_text_kept() {
    let kit = Kit::new().await;
    let large = says_to_be_large();
    let photos = [&large[..]; 5];
    let mut client = kit.client();
    for _ in 0..2 {
        let answer = raise_with(&mut client, &[("text", SAID)], &photos).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "five of 97 MB are read, and are none");
    }
    let answer = raise_with(&mut client, &[("text", SAID)], &photos).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{}", answer.text);
    assert!(answer.headers.contains_key("retry-after") && answer.text.contains(SAID));
    assert!(answer.text.contains("href=\"#f-photos\""), "{}", answer.text);
    let without = client.post("/raise", &[("text", SAID)]).await;
    assert_eq!(without.location(), "/case/receipt?done=raised", "what is said is taken without them");
}

#[tokio::test]
async fn a_form_that_is_sent_again_after_somebody_has_left_opens_nothing() {
    let kit = Kit::new().await;
    let mut tablet = kit.client();
    let fields = [("key", "one-key-of-a-form-0001"), ("text", SAID)];
    assert_eq!(tablet.post("/raise", &fields).await.location(), "/case/receipt?done=raised");
    let mut elsewhere = kit.client();
    let lost = elsewhere.post("/raise", &fields).await;
    assert_eq!(lost.location(), "/case/receipt?done=raised", "an answer that was lost is given again");
    tablet.post("/case/leave", &[]).await;
    for client in [&mut tablet, &mut kit.client()] {
        let again = client.post("/raise", &fields).await;
        assert_eq!(again.location(), "/follow?done=raised-again");
        assert_ne!(client.get("/case").await.status, StatusCode::OK);
    }
    // Nor long after.
    let fields = [("key", "one-key-of-a-form-0002"), ("text", "路口的灯坏了")];
    kit.client().post("/raise", &fields).await;
    kit.clock.set(crate::kit::at("2023-05-04T10:00:00"));
    assert_eq!(kit.client().post("/raise", &fields).await.location(), "/follow?done=raised-again");
}
