"""One call by the OpenAI SDK for Python, which may ask again twice, and the 429 that it ends in.

Reads SLUICE_URL and ADA_KEY. Prints `code milliseconds`: why, and how long the SDK has taken.
"""

import os
import time

import openai

client = openai.OpenAI(
    base_url=os.environ["SLUICE_URL"] + "/v1", api_key=os.environ["ADA_KEY"], max_retries=2
)
hello = [{"role": "user", "content": "hello"}]
began = time.monotonic()
try:
    client.chat.completions.create(model="open-1", messages=hello, max_tokens=60)
except openai.RateLimitError as error:
    print(error.code, round((time.monotonic() - began) * 1000))
