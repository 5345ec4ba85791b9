//! Reads our own pages, by the ids their elements carry. No parser for other people's HTML.

use anyhow::{Context, ensure};
use url::Url;

/// A page as it came.
pub struct Page {
    pub url: Url,
    pub status: u16,
    pub text: String,
}

impl Page {
    /// # Errors
    /// When the page tells of a failure.
    pub fn expect(&self, status: u16) -> anyhow::Result<()> {
        ensure!(self.status == status, "{} answered {} instead of {status}", self.url.path(), self.status);
        Ok(())
    }

    #[must_use]
    pub fn has(&self, id: &str) -> bool {
        self.tag(id).is_some()
    }

    /// An attribute of the element with this id.
    ///
    /// # Errors
    /// When the page lacks either.
    pub fn attribute(&self, id: &str, name: &str) -> anyhow::Result<String> {
        let tag = self.tag(id).with_context(|| format!("{} has no element #{id}", self.url.path()))?;
        value_of(tag, name).with_context(|| format!("#{id} has no {name}"))
    }

    /// The value that a form's field is filled in with.
    ///
    /// # Errors
    /// When there is no such field.
    pub fn field(&self, name: &str) -> anyhow::Result<String> {
        let at = self.text.find(&format!(" name=\"{name}\"")).with_context(|| format!("no field {name}"))?;
        let tag = self.tag_around(at).with_context(|| format!("no field {name}"))?;
        if tag.starts_with("<textarea") {
            let rest = &self.text[at..];
            let content = rest.split_once('>').and_then(|(_, rest)| rest.split_once("</textarea>"));
            return content.map(|(text, _)| unescape(text)).with_context(|| format!("field {name} has no end"));
        }
        value_of(tag, "value").with_context(|| format!("field {name} is empty"))
    }

    /// Where the form leads that the element with this id sends.
    ///
    /// # Errors
    /// When it is in no form.
    pub fn action_of(&self, id: &str) -> anyhow::Result<String> {
        let at = self.text.find(&format!(" id=\"{id}\"")).with_context(|| format!("no element #{id}"))?;
        let form = self.text[..at].rfind("<form").with_context(|| format!("#{id} is in no form"))?;
        let tag = self.tag_around(form + 1).with_context(|| format!("#{id} is in no form"))?;
        value_of(tag, "action").with_context(|| format!("the form of #{id} leads nowhere"))
    }

    #[must_use]
    pub fn title(&self) -> String {
        let inside = self.text.split_once("<title>").and_then(|(_, rest)| rest.split_once("</title>"));
        inside.map(|(title, _)| unescape(title)).unwrap_or_default()
    }

    fn tag(&self, id: &str) -> Option<&str> {
        self.tag_around(self.text.find(&format!(" id=\"{id}\""))?)
    }

    /// Texts are escaped, so angle brackets are always those of tags.
    fn tag_around(&self, at: usize) -> Option<&str> {
        let begin = self.text[..at].rfind('<')?;
        let end = self.text[at..].find('>')?;
        self.text.get(begin..at + end)
    }
}

fn value_of(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\"")).or_else(|| tag.split_once(&format!("\n  {name}=\"")))?;
    Some(unescape(rest.split_once('"')?.0))
}

/// The references that our templates write.
fn unescape(text: &str) -> String {
    [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&"), ("&amp;", "&")]
        .iter()
        .fold(text.to_owned(), |text, (reference, character)| text.replace(reference, character))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_elements_fields_and_forms_by_name() {
        let text = "<title>A &#38; B</title><main id=\"m\"\n  data-x=\"1\" data-y=\"a&#38;b\"></main>\
            <form method=\"post\" action=\"/pay?x=1&#38;y=2\"><input name=\"phone\" value=\"138\">\
            <textarea name=\"address\" rows=\"2\">West Lake</textarea><button class=\"b\" id=\"go\">Go</button></form>";
        let url = Url::parse("http://127.0.0.1/p").unwrap();
        let page = Page { url, status: 200, text: text.to_owned() };
        assert_eq!(page.title(), "A & B");
        assert_eq!(page.attribute("m", "data-x").unwrap(), "1");
        assert_eq!(page.attribute("m", "data-y").unwrap(), "a&b");
        assert_eq!(page.field("phone").unwrap(), "138");
        assert_eq!(page.field("address").unwrap(), "West Lake");
        assert_eq!(page.action_of("go").unwrap(), "/pay?x=1&y=2");
        assert!(page.has("go") && !page.has("stop"));
        assert!(page.attribute("m", "data-z").is_err() && page.expect(404).is_err());
    }
}
