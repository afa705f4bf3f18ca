"""The shipped prices, and what quotes by them."""

from media_pipeline.encoding.pricing.price_list import parse_price_list
from media_pipeline.prices import DEFAULT_REGION, price_list_text
from media_pipeline.services.spending.quoting import Quoting

SHIPPED_PRICES = parse_price_list(price_list_text(DEFAULT_REGION))
SHIPPED_QUOTING = Quoting(prices=SHIPPED_PRICES)
