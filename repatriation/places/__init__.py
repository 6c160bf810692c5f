"""The gazetteer: Cambodia to the village, Thailand to the subdistrict, Viet Nam on its two levels of 2025."""
