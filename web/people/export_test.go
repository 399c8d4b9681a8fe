package people

// NoticeText is what a notice says to readers of a language.
var NoticeText = noticeText
