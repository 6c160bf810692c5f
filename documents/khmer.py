def word_ends(text, kept_whole=()):
    return text


def plain(text):
    return text.replace("\u200b", "")
