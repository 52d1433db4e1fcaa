DROP TABLE brand_logos;
DROP TABLE brand_versions;
