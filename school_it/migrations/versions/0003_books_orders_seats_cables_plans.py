"""books, orders, seats, cables, plans"""

import sqlalchemy as sa
from alembic import op

from school_it.operations.schema import run_texts

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


AMOUNTS = {
    "device_models": ['usual_price'],
    "devices": ['price_net', 'price_gross', 'proceeds'],
    "grant_decisions": ['eligible', 'granted', 'third_party', 'drawn'],
    "licences": ['price_net', 'price_gross'],
    "programmes": ['unit_cap', 'budget', 'cap_school'],
    "receipts": ['invoice_gross', 'paid_amount', 'invoice_total', 'vat_non_eligible', 'other_non_eligible', 'eligible_requested', 'eligible_recognised'],
}
"""Columns of whole cents that had 32 bits; SQLite's have 64 anyway."""


def add_reference(table: str, column: str, target: str, *, ondelete: str | None) -> None:
    """A column that points at `target`. SQLite takes it with the column only; making the table anew would lose its guards."""
    name, rule = f"fk_{table}_{column}_{target}", f" ON DELETE {ondelete}" if ondelete else ""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} INTEGER CONSTRAINT {name} REFERENCES {target} (id){rule}")
        return
    op.add_column(table, sa.Column(column, sa.Integer(), nullable=True))
    op.create_foreign_key(name, table, target, [column], ["id"], ondelete=ondelete)


def widen_amounts() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, columns in AMOUNTS.items():
        for column in columns:
            op.alter_column(table, column, type_=sa.BigInteger())


def upgrade() -> None:
    widen_amounts()
    op.create_table('counting_rules',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('plan', sa.String(length=40), nullable=False),
    sa.Column('item_class', sa.String(length=30), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('uses', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_counting_rules')),
    sa.UniqueConstraint('plan', 'item_class', 'valid_from', name=op.f('uq_counting_rules_plan_item_class_valid_from'))
    )
    op.create_table('decided_plans',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('plan', sa.String(length=40), nullable=False),
    sa.Column('scenario', sa.String(length=80), nullable=True),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('reference', sa.String(length=80), nullable=False),
    sa.Column('decided_on', sa.Date(), nullable=False),
    sa.Column('frozen_at', sa.DateTime(), nullable=False),
    sa.Column('frozen_by', sa.String(length=120), nullable=False),
    sa.Column('figures', sa.Text(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_decided_plans')),
    sa.UniqueConstraint('plan', 'reference', name=op.f('uq_decided_plans_plan_reference'))
    )
    op.create_table('documents',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('form', sa.String(length=30), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('kept_since', sa.DateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_documents')),
    sa.UniqueConstraint('digest', name=op.f('uq_documents_digest'))
    )
    op.create_table('evidence',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('report', sa.String(length=40), nullable=False),
    sa.Column('grant_id', sa.Integer(), nullable=True),
    sa.Column('grant_reference', sa.String(length=60), nullable=True),
    sa.Column('school_number', sa.String(length=20), nullable=True),
    sa.Column('year', sa.Integer(), nullable=True),
    sa.Column('recipient', sa.String(length=200), nullable=False),
    sa.Column('file_reference', sa.String(length=300), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('at', sa.DateTime(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('user_name', sa.String(length=120), nullable=False),
    sa.Column('newest_entry', sa.Integer(), nullable=False),
    sa.Column('template', sa.String(length=300), nullable=False),
    sa.Column('file_name', sa.String(length=255), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('rows', sa.Integer(), nullable=False),
    sa.Column('data', sa.Text(), nullable=False),
    sa.Column('data_digest', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_evidence'))
    )
    with op.batch_alter_table('evidence', schema=None) as batch_op:
        batch_op.create_index('ix_evidence_grant_id_id', ['grant_id', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_evidence_report'), ['report'], unique=False)

    op.create_table('ledger_lines',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('ledger_no', sa.String(length=60), nullable=False),
    sa.Column('text', sa.String(length=300), nullable=False),
    sa.Column('acquired_on', sa.Date(), nullable=True),
    sa.Column('quantity', sa.Integer(), nullable=True),
    sa.Column('cost', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
    sa.Column('book_value', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
    sa.Column('life_years', sa.Integer(), nullable=True),
    sa.Column('asset_class', sa.String(length=60), nullable=True),
    sa.Column('cost_centre', sa.String(length=60), nullable=True),
    sa.Column('inventory_numbers', sa.Text(), nullable=True),
    sa.Column('supplier', sa.String(length=160), nullable=True),
    sa.Column('invoice_no', sa.String(length=80), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger_lines')),
    sa.UniqueConstraint('ledger_no', name=op.f('uq_ledger_lines_ledger_no'))
    )
    op.create_table('open_data_publications',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('school_year', sa.Integer(), nullable=False),
    sa.Column('small_below', sa.Integer(), nullable=False),
    sa.Column('licence', sa.String(length=10), nullable=False),
    sa.Column('csv', sa.Text(), nullable=False),
    sa.Column('json', sa.Text(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('published_at', sa.DateTime(), nullable=False),
    sa.Column('published_by', sa.String(length=120), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(), nullable=True),
    sa.Column('withdrawn_by', sa.String(length=120), nullable=True),
    sa.Column('withdrawn_reason', sa.String(length=300), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_open_data_publications'))
    )
    with op.batch_alter_table('open_data_publications', schema=None) as batch_op:
        batch_op.create_index('uq_open_data_publications_public', ['school_year'], unique=True, sqlite_where=sa.text('withdrawn_at IS NULL'), postgresql_where=sa.text('withdrawn_at IS NULL'))

    op.create_table('plans',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=True),
    sa.Column('first_year', sa.Integer(), nullable=False),
    sa.Column('last_year', sa.Integer(), nullable=False),
    sa.Column('remark', sa.Text(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plans')),
    sa.UniqueConstraint('name', name=op.f('uq_plans_name'))
    )
    op.create_table('report_templates',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('edition', sa.Integer(), nullable=False),
    sa.Column('report', sa.String(length=40), nullable=False),
    sa.Column('file_name', sa.String(length=255), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('layout', sa.JSON(), nullable=False),
    sa.Column('kept_at', sa.DateTime(), nullable=False),
    sa.Column('user_name', sa.String(length=120), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_report_templates')),
    sa.UniqueConstraint('name', 'edition', name=op.f('uq_report_templates_name_edition'))
    )
    with op.batch_alter_table('report_templates', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_report_templates_digest'), ['digest'], unique=False)

    op.create_table('scenarios',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('plan', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('remark', sa.Text(), nullable=True),
    sa.Column('own_share', sa.String(), nullable=True),
    sa.Column('pupils_per_device', sa.String(), nullable=True),
    sa.Column('life', sa.Integer(), nullable=True),
    sa.Column('price_change', sa.String(), nullable=True),
    sa.Column('price_increase', sa.String(), nullable=True),
    sa.Column('gap_years', sa.Integer(), nullable=True),
    sa.Column('ceiling', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
    sa.Column('grant_limit', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
    sa.Column('funds_replacement', sa.Boolean(), nullable=False),
    sa.Column('replaces_bound', sa.Boolean(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_scenarios')),
    sa.UniqueConstraint('plan', 'name', name=op.f('uq_scenarios_plan_name'))
    )
    op.create_table('suppliers',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=160), nullable=False),
    sa.Column('name_folded', sa.String(length=160), nullable=False),
    sa.Column('customer_no', sa.String(length=60), nullable=True),
    sa.Column('remark', sa.Text(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_suppliers')),
    sa.UniqueConstraint('name_folded', name=op.f('uq_suppliers_name_folded'))
    )
    op.create_table('survey_rounds',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('school_year', sa.Integer(), nullable=False),
    sa.Column('opened_on', sa.Date(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('closed_on', sa.Date(), nullable=True),
    sa.Column('text', sa.Text(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_survey_rounds')),
    sa.UniqueConstraint('school_year', name=op.f('uq_survey_rounds_school_year'))
    )
    op.create_table('annual_reviews',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('school_year', sa.Integer(), nullable=False),
    sa.Column('held_on', sa.Date(), nullable=False),
    sa.Column('participants', sa.Text(), nullable=True),
    sa.Column('text', sa.Text(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['school_id'], ['schools.id'], name=op.f('fk_annual_reviews_school_id_schools'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_annual_reviews'))
    )
    with op.batch_alter_table('annual_reviews', schema=None) as batch_op:
        batch_op.create_index('ix_annual_reviews_school', ['school_id', 'school_year'], unique=False)
        batch_op.create_index(batch_op.f('ix_annual_reviews_school_year'), ['school_year'], unique=False)

    op.create_table('counted_categories',
    sa.Column('rule_id', sa.Integer(), nullable=False),
    sa.Column('category_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['category_id'], ['categories.id'], name=op.f('fk_counted_categories_category_id_categories')),
    sa.ForeignKeyConstraint(['rule_id'], ['counting_rules.id'], name=op.f('fk_counted_categories_rule_id_counting_rules'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('rule_id', 'category_id', name=op.f('pk_counted_categories'))
    )
    with op.batch_alter_table('counted_categories', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_counted_categories_category_id'), ['category_id'], unique=False)

    op.create_table('document_links',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('document_id', sa.Integer(), nullable=False),
    sa.Column('target_table', sa.String(length=40), nullable=False),
    sa.Column('target_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('added_at', sa.DateTime(), nullable=False),
    sa.Column('added_by', sa.String(length=120), nullable=False),
    sa.ForeignKeyConstraint(['document_id'], ['documents.id'], name=op.f('fk_document_links_document_id_documents')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_document_links')),
    sa.UniqueConstraint('document_id', 'target_table', 'target_id', name=op.f('uq_document_links_document_id_target_table_target_id'))
    )
    with op.batch_alter_table('document_links', schema=None) as batch_op:
        batch_op.create_index('ix_document_links_target', ['target_table', 'target_id'], unique=False)

    op.create_table('model_types',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('manufacturer', sa.String(length=120), nullable=False),
    sa.Column('model', sa.String(length=120), nullable=False),
    sa.Column('maker_folded', sa.String(length=120), nullable=False),
    sa.Column('model_folded', sa.String(length=120), nullable=False),
    sa.Column('type_id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['type_id'], ['device_types.id'], name=op.f('fk_model_types_type_id_device_types'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_model_types')),
    sa.UniqueConstraint('maker_folded', 'model_folded', name=op.f('uq_model_types_maker_folded_model_folded'))
    )
    with op.batch_alter_table('model_types', schema=None) as batch_op:
        batch_op.create_index('ix_model_types_type_id', ['type_id'], unique=False)

    op.create_table('orders',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('order_no', sa.String(length=80), nullable=False),
    sa.Column('supplier_id', sa.Integer(), nullable=False),
    sa.Column('ordered_on', sa.Date(), nullable=False),
    sa.Column('expected_on', sa.Date(), nullable=True),
    sa.Column('closed_on', sa.Date(), nullable=True),
    sa.Column('closed_reason', sa.String(length=300), nullable=True),
    sa.Column('remark', sa.Text(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['supplier_id'], ['suppliers.id'], name=op.f('fk_orders_supplier_id_suppliers')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_orders')),
    sa.UniqueConstraint('order_no', name=op.f('uq_orders_order_no'))
    )
    with op.batch_alter_table('orders', schema=None) as batch_op:
        batch_op.create_index('ix_orders_ordered_on_id', ['ordered_on', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_orders_supplier_id'), ['supplier_id'], unique=False)

    op.create_table('outlet_rules',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('school_id', sa.Integer(), nullable=True),
    sa.Column('supplier', sa.String(length=120), nullable=True),
    sa.Column('pattern', sa.String(length=80), nullable=False),
    sa.Column('becomes', sa.String(length=80), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['school_id'], ['schools.id'], name=op.f('fk_outlet_rules_school_id_schools'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outlet_rules')),
    sa.UniqueConstraint('school_id', 'pattern', name=op.f('uq_outlet_rules_school_id_pattern'))
    )
    op.create_table('plan_figures',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('plan_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=40), nullable=False),
    sa.Column('value', sa.String(), nullable=False),
    sa.Column('source', sa.String(length=300), nullable=True),
    sa.Column('sure', sa.String(length=30), nullable=False),
    sa.ForeignKeyConstraint(['plan_id'], ['plans.id'], name=op.f('fk_plan_figures_plan_id_plans'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_figures')),
    sa.UniqueConstraint('plan_id', 'key', name=op.f('uq_plan_figures_plan_id_key'))
    )
    op.create_table('plan_texts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('school_year', sa.Integer(), nullable=False),
    sa.Column('part', sa.String(length=30), nullable=False),
    sa.Column('school_id', sa.Integer(), nullable=True),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['school_id'], ['schools.id'], name=op.f('fk_plan_texts_school_id_schools')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_texts'))
    )
    with op.batch_alter_table('plan_texts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_plan_texts_school_id'), ['school_id'], unique=False)
        batch_op.create_index('uq_plan_texts_school', ['school_year', 'part', 'school_id'], unique=True)
        batch_op.create_index('uq_plan_texts_town', ['school_year', 'part'], unique=True, sqlite_where=sa.text('school_id IS NULL'), postgresql_where=sa.text('school_id IS NULL'))

    op.create_table('survey_codes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=30), nullable=False),
    sa.ForeignKeyConstraint(['round_id'], ['survey_rounds.id'], name=op.f('fk_survey_codes_round_id_survey_rounds'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['school_id'], ['schools.id'], name=op.f('fk_survey_codes_school_id_schools'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_survey_codes')),
    sa.UniqueConstraint('code', name=op.f('uq_survey_codes_code')),
    sa.UniqueConstraint('round_id', 'school_id', name=op.f('uq_survey_codes_round_id_school_id'))
    )
    with op.batch_alter_table('survey_codes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_survey_codes_school_id'), ['school_id'], unique=False)

    op.create_table('survey_wishes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('group', sa.String(length=30), nullable=False),
    sa.Column('what', sa.String(length=120), nullable=False),
    sa.Column('target', sa.Integer(), nullable=True),
    sa.Column('stock', sa.Integer(), nullable=True),
    sa.Column('gap', sa.Integer(), nullable=True),
    sa.Column('wanted', sa.Integer(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('decision', sa.String(length=30), nullable=False),
    sa.Column('granted', sa.Integer(), nullable=True),
    sa.Column('decision_reason', sa.Text(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['round_id'], ['survey_rounds.id'], name=op.f('fk_survey_wishes_round_id_survey_rounds'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['school_id'], ['schools.id'], name=op.f('fk_survey_wishes_school_id_schools'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_survey_wishes')),
    sa.UniqueConstraint('round_id', 'school_id', 'group', 'what', name=op.f('uq_survey_wishes_round_id_school_id_group_what'))
    )
    with op.batch_alter_table('survey_wishes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_survey_wishes_school_id'), ['school_id'], unique=False)

    op.create_table('vlans',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('purpose', sa.String(length=30), nullable=False),
    sa.Column('remark', sa.Text(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('number BETWEEN 1 AND 4094', name=op.f('ck_vlans_number_of_vlan')),
    sa.ForeignKeyConstraint(['school_id'], ['schools.id'], name=op.f('fk_vlans_school_id_schools'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_vlans')),
    sa.UniqueConstraint('school_id', 'number', name=op.f('uq_vlans_school_id_number'))
    )
    op.create_table('agreements',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('review_id', sa.Integer(), nullable=True),
    sa.Column('wish_id', sa.Integer(), nullable=True),
    sa.Column('agreed_on', sa.Date(), nullable=False),
    sa.Column('what', sa.String(length=300), nullable=False),
    sa.Column('item_class', sa.String(length=30), nullable=True),
    sa.Column('number', sa.Integer(), nullable=True),
    sa.Column('euros', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
    sa.Column('responsible', sa.String(length=120), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('kept', sa.String(length=30), nullable=False),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['review_id'], ['annual_reviews.id'], name=op.f('fk_agreements_review_id_annual_reviews'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['school_id'], ['schools.id'], name=op.f('fk_agreements_school_id_schools'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['wish_id'], ['survey_wishes.id'], name=op.f('fk_agreements_wish_id_survey_wishes'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_agreements')),
    sa.UniqueConstraint('wish_id', name=op.f('uq_agreements_wish_id'))
    )
    with op.batch_alter_table('agreements', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_agreements_review_id'), ['review_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_agreements_school_id'), ['school_id'], unique=False)

    op.create_table('deliveries',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('order_id', sa.Integer(), nullable=False),
    sa.Column('delivered_on', sa.Date(), nullable=False),
    sa.Column('note_no', sa.String(length=80), nullable=True),
    sa.Column('received_by', sa.String(length=120), nullable=False),
    sa.Column('remark', sa.String(length=300), nullable=True),
    sa.ForeignKeyConstraint(['order_id'], ['orders.id'], name=op.f('fk_deliveries_order_id_orders'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_deliveries'))
    )
    with op.batch_alter_table('deliveries', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_deliveries_order_id'), ['order_id'], unique=False)

    op.create_table('invoices',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('supplier_id', sa.Integer(), nullable=False),
    sa.Column('order_id', sa.Integer(), nullable=False),
    sa.Column('invoice_no', sa.String(length=80), nullable=False),
    sa.Column('invoice_date', sa.Date(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('paid_on', sa.Date(), nullable=True),
    sa.Column('discount', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('ledger_ref', sa.String(length=80), nullable=True),
    sa.Column('remark', sa.Text(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['order_id'], ['orders.id'], name=op.f('fk_invoices_order_id_orders')),
    sa.ForeignKeyConstraint(['supplier_id'], ['suppliers.id'], name=op.f('fk_invoices_supplier_id_suppliers')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invoices')),
    sa.UniqueConstraint('supplier_id', 'invoice_no', name=op.f('uq_invoices_supplier_id_invoice_no'))
    )
    with op.batch_alter_table('invoices', schema=None) as batch_op:
        batch_op.create_index('ix_invoices_invoice_no', ['invoice_no'], unique=False)
        batch_op.create_index('ix_invoices_order', ['order_id'], unique=False)

    op.create_table('licence_keys',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('licence_id', sa.Integer(), nullable=False),
    sa.Column('label', sa.String(length=80), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.Column('kept_at', sa.DateTime(), nullable=False),
    sa.Column('kept_by', sa.String(length=120), nullable=False),
    sa.ForeignKeyConstraint(['licence_id'], ['licences.id'], name=op.f('fk_licence_keys_licence_id_licences'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_licence_keys'))
    )
    with op.batch_alter_table('licence_keys', schema=None) as batch_op:
        batch_op.create_index('ix_licence_keys_licence_id', ['licence_id'], unique=False)

    op.create_table('licence_terms',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('licence_id', sa.Integer(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=False),
    sa.Column('cancel_by', sa.Date(), nullable=True),
    sa.Column('seats', sa.Integer(), nullable=False),
    sa.Column('price_net', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
    sa.Column('price_gross', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
    sa.Column('invoice_no', sa.String(length=80), nullable=True),
    sa.Column('rolled_on', sa.Date(), nullable=False),
    sa.Column('rolled_by', sa.String(length=120), nullable=False),
    sa.ForeignKeyConstraint(['licence_id'], ['licences.id'], name=op.f('fk_licence_terms_licence_id_licences'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_licence_terms'))
    )
    with op.batch_alter_table('licence_terms', schema=None) as batch_op:
        batch_op.create_index('ix_licence_terms_licence_id', ['licence_id', 'valid_from'], unique=False)

    op.create_table('measures',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('programme_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('grant_id', sa.Integer(), nullable=True),
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('category', sa.String(length=20), nullable=False),
    sa.Column('description', sa.String(length=300), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('unit_price', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('total', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('eligible', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=False),
    sa.Column('support_confirmed', sa.Boolean(), nullable=False),
    sa.Column('state', sa.String(length=30), nullable=False),
    sa.Column('remark', sa.Text(), nullable=True),
    sa.Column('years', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('trainee', sa.String(length=20), nullable=True),
    sa.Column('linked_id', sa.Integer(), nullable=True),
    sa.Column('remaining_years', sa.Integer(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['grant_id'], ['grants.id'], name=op.f('fk_measures_grant_id_grants')),
    sa.ForeignKeyConstraint(['linked_id'], ['measures.id'], name=op.f('fk_measures_linked_id_measures'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['programme_id'], ['programmes.id'], name=op.f('fk_measures_programme_id_programmes')),
    sa.ForeignKeyConstraint(['school_id'], ['schools.id'], name=op.f('fk_measures_school_id_schools')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_measures')),
    sa.UniqueConstraint('programme_id', 'position', name=op.f('uq_measures_programme_id_position'))
    )
    with op.batch_alter_table('measures', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_measures_grant_id'), ['grant_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_measures_linked_id'), ['linked_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_measures_school_id'), ['school_id'], unique=False)

    op.create_table('order_lines',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('order_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('text', sa.String(length=300), nullable=False),
    sa.Column('category_id', sa.Integer(), nullable=True),
    sa.Column('manufacturer', sa.String(length=120), nullable=True),
    sa.Column('model', sa.String(length=120), nullable=True),
    sa.Column('belongs_to_id', sa.Integer(), nullable=True),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('unit_gross', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('vat_rate', sa.String(), nullable=False),
    sa.Column('school_id', sa.Integer(), nullable=True),
    sa.Column('funding_item', sa.String(length=20), nullable=True),
    sa.Column('grant_id', sa.Integer(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['belongs_to_id'], ['order_lines.id'], name=op.f('fk_order_lines_belongs_to_id_order_lines'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['category_id'], ['categories.id'], name=op.f('fk_order_lines_category_id_categories')),
    sa.ForeignKeyConstraint(['grant_id'], ['grants.id'], name=op.f('fk_order_lines_grant_id_grants')),
    sa.ForeignKeyConstraint(['order_id'], ['orders.id'], name=op.f('fk_order_lines_order_id_orders'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['school_id'], ['schools.id'], name=op.f('fk_order_lines_school_id_schools')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_order_lines'))
    )
    with op.batch_alter_table('order_lines', schema=None) as batch_op:
        batch_op.create_index('ix_order_lines_order', ['order_id'], unique=False)
        batch_op.create_index('ix_order_lines_school', ['school_id'], unique=False)

    op.create_table('subnets',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('network', sa.String(length=43), nullable=False),
    sa.Column('first_key', sa.String(length=33), nullable=False),
    sa.Column('last_key', sa.String(length=33), nullable=False),
    sa.Column('gateway', sa.String(length=43), nullable=True),
    sa.Column('vlan_id', sa.Integer(), nullable=True),
    sa.Column('is_separate', sa.Boolean(), nullable=False),
    sa.Column('remark', sa.Text(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['school_id'], ['schools.id'], name=op.f('fk_subnets_school_id_schools'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['vlan_id'], ['vlans.id'], name=op.f('fk_subnets_vlan_id_vlans'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_subnets')),
    sa.UniqueConstraint('school_id', 'network', name=op.f('uq_subnets_school_id_network'))
    )
    with op.batch_alter_table('subnets', schema=None) as batch_op:
        batch_op.create_index('ix_subnets_keys', ['first_key', 'last_key'], unique=False)
        batch_op.create_index('ix_subnets_vlan_id', ['vlan_id'], unique=False)

    op.create_table('address_ranges',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('subnet_id', sa.Integer(), nullable=False),
    sa.Column('first', sa.String(length=43), nullable=False),
    sa.Column('last', sa.String(length=43), nullable=False),
    sa.Column('first_key', sa.String(length=33), nullable=False),
    sa.Column('last_key', sa.String(length=33), nullable=False),
    sa.Column('use', sa.String(length=30), nullable=False),
    sa.Column('remark', sa.String(length=160), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['subnet_id'], ['subnets.id'], name=op.f('fk_address_ranges_subnet_id_subnets'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_address_ranges')),
    sa.UniqueConstraint('subnet_id', 'first_key', name=op.f('uq_address_ranges_subnet_id_first_key'))
    )
    op.create_table('calendar_feeds',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('made_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_calendar_feeds_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_calendar_feeds')),
    sa.UniqueConstraint('digest', name=op.f('uq_calendar_feeds_digest')),
    sa.UniqueConstraint('user_id', name=op.f('uq_calendar_feeds_user_id'))
    )
    op.create_table('change_requests',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('decision_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=30), nullable=False),
    sa.Column('requested_on', sa.Date(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('period_to', sa.Date(), nullable=True),
    sa.Column('drawn', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('declared', sa.Boolean(), nullable=False),
    sa.Column('answer_id', sa.Integer(), nullable=True),
    sa.Column('answered_on', sa.Date(), nullable=True),
    sa.Column('remark', sa.Text(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['answer_id'], ['grant_decisions.id'], name=op.f('fk_change_requests_answer_id_grant_decisions')),
    sa.ForeignKeyConstraint(['decision_id'], ['grant_decisions.id'], name=op.f('fk_change_requests_decision_id_grant_decisions')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_change_requests')),
    sa.UniqueConstraint('decision_id', 'number', name=op.f('uq_change_requests_decision_id_number'))
    )
    with op.batch_alter_table('change_requests', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_change_requests_answer_id'), ['answer_id'], unique=False)

    op.create_table('cost_plan_lines',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('decision_id', sa.Integer(), nullable=False),
    sa.Column('category', sa.String(length=20), nullable=False),
    sa.Column('total', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('eligible', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['decision_id'], ['grant_decisions.id'], name=op.f('fk_cost_plan_lines_decision_id_grant_decisions'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cost_plan_lines')),
    sa.UniqueConstraint('decision_id', 'category', name=op.f('uq_cost_plan_lines_decision_id_category'))
    )
    op.create_table('delivery_lines',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('delivery_id', sa.Integer(), nullable=False),
    sa.Column('order_line_id', sa.Integer(), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['delivery_id'], ['deliveries.id'], name=op.f('fk_delivery_lines_delivery_id_deliveries'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['order_line_id'], ['order_lines.id'], name=op.f('fk_delivery_lines_order_line_id_order_lines')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_delivery_lines'))
    )
    with op.batch_alter_table('delivery_lines', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_delivery_lines_delivery_id'), ['delivery_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_delivery_lines_order_line_id'), ['order_line_id'], unique=False)

    op.create_table('drawdowns',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('decision_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=30), nullable=False),
    sa.Column('requested_on', sa.Date(), nullable=False),
    sa.Column('requested', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('expenses_paid', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('expenses_due', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('own_share_used', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
    sa.Column('paid_on', sa.Date(), nullable=True),
    sa.Column('paid', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
    sa.Column('reference', sa.String(length=80), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('remark', sa.Text(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['decision_id'], ['grant_decisions.id'], name=op.f('fk_drawdowns_decision_id_grant_decisions')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_drawdowns')),
    sa.UniqueConstraint('decision_id', 'number', name=op.f('uq_drawdowns_decision_id_number'))
    )
    op.create_table('invoice_lines',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('invoice_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('order_line_id', sa.Integer(), nullable=True),
    sa.Column('text', sa.String(length=300), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('gross', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('rebate', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('vat_rate', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['invoice_id'], ['invoices.id'], name=op.f('fk_invoice_lines_invoice_id_invoices'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['order_line_id'], ['order_lines.id'], name=op.f('fk_invoice_lines_order_line_id_order_lines')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invoice_lines'))
    )
    with op.batch_alter_table('invoice_lines', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_invoice_lines_invoice_id'), ['invoice_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_invoice_lines_order_line_id'), ['order_line_id'], unique=False)

    op.create_table('invoice_receipts',
    sa.Column('receipt_id', sa.Integer(), nullable=False),
    sa.Column('invoice_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['invoice_id'], ['invoices.id'], name=op.f('fk_invoice_receipts_invoice_id_invoices'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['receipt_id'], ['receipts.id'], name=op.f('fk_invoice_receipts_receipt_id_receipts'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('receipt_id', name=op.f('pk_invoice_receipts'))
    )
    with op.batch_alter_table('invoice_receipts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_invoice_receipts_invoice_id'), ['invoice_id'], unique=False)

    op.create_table('licence_seat_rules',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('licence_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('school_id', sa.Integer(), nullable=True),
    sa.Column('role', sa.String(length=30), nullable=True),
    sa.Column('grade', sa.String(length=4), nullable=True),
    sa.Column('school_class', sa.String(length=40), nullable=True),
    sa.Column('category_id', sa.Integer(), nullable=True),
    sa.Column('room_id', sa.Integer(), nullable=True),
    sa.Column('missing', sa.Integer(), server_default='0', nullable=False),
    sa.Column('made_on', sa.Date(), nullable=False),
    sa.Column('made_by', sa.String(length=120), nullable=False),
    sa.Column('ended_on', sa.Date(), nullable=True),
    sa.Column('ended_by', sa.String(length=120), nullable=True),
    sa.ForeignKeyConstraint(['category_id'], ['categories.id'], name=op.f('fk_licence_seat_rules_category_id_categories')),
    sa.ForeignKeyConstraint(['licence_id'], ['licences.id'], name=op.f('fk_licence_seat_rules_licence_id_licences'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['room_id'], ['rooms.id'], name=op.f('fk_licence_seat_rules_room_id_rooms')),
    sa.ForeignKeyConstraint(['school_id'], ['schools.id'], name=op.f('fk_licence_seat_rules_school_id_schools')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_licence_seat_rules'))
    )
    with op.batch_alter_table('licence_seat_rules', schema=None) as batch_op:
        batch_op.create_index('ix_licence_seat_rules_licence_id', ['licence_id', 'ended_on'], unique=False)

    op.create_table('racks',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('room_id', sa.Integer(), nullable=True),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('name_folded', sa.String(length=60), nullable=False),
    sa.Column('units', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['room_id'], ['rooms.id'], name=op.f('fk_racks_room_id_rooms'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['school_id'], ['schools.id'], name=op.f('fk_racks_school_id_schools'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_racks')),
    sa.UniqueConstraint('school_id', 'name_folded', name=op.f('uq_racks_school_id_name_folded'))
    )
    with op.batch_alter_table('racks', schema=None) as batch_op:
        batch_op.create_index('ix_racks_room_id', ['room_id'], unique=False)

    op.create_table('reminders',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=160), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('threshold', sa.Integer(), nullable=False),
    sa.Column('noted_at', sa.DateTime(), nullable=False),
    sa.Column('sent_at', sa.DateTime(), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_reminders_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reminders')),
    sa.UniqueConstraint('user_id', 'key', 'day', 'threshold', name=op.f('uq_reminders_user_id_key_day_threshold'))
    )
    with op.batch_alter_table('reminders', schema=None) as batch_op:
        batch_op.create_index('ix_reminders_day', ['day'], unique=False)

    op.create_table('accepted_warnings',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('grant_id', sa.Integer(), nullable=False),
    sa.Column('receipt_id', sa.Integer(), nullable=True),
    sa.Column('decision_id', sa.Integer(), nullable=True),
    sa.Column('drawdown_id', sa.Integer(), nullable=True),
    sa.Column('rule', sa.String(length=10), nullable=False),
    sa.Column('sentence', sa.JSON(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('who', sa.String(length=200), nullable=False),
    sa.Column('at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['decision_id'], ['grant_decisions.id'], name=op.f('fk_accepted_warnings_decision_id_grant_decisions'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['drawdown_id'], ['drawdowns.id'], name=op.f('fk_accepted_warnings_drawdown_id_drawdowns'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['grant_id'], ['grants.id'], name=op.f('fk_accepted_warnings_grant_id_grants'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['receipt_id'], ['receipts.id'], name=op.f('fk_accepted_warnings_receipt_id_receipts'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_accepted_warnings'))
    )
    with op.batch_alter_table('accepted_warnings', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_accepted_warnings_decision_id'), ['decision_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_accepted_warnings_drawdown_id'), ['drawdown_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_accepted_warnings_grant_id'), ['grant_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_accepted_warnings_receipt_id'), ['receipt_id'], unique=False)

    op.create_table('change_request_lines',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('request_id', sa.Integer(), nullable=False),
    sa.Column('category', sa.String(length=20), nullable=False),
    sa.Column('old_total', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('old_eligible', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('new_total', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('new_eligible', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.ForeignKeyConstraint(['request_id'], ['change_requests.id'], name=op.f('fk_change_request_lines_request_id_change_requests'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_change_request_lines')),
    sa.UniqueConstraint('request_id', 'category', name=op.f('uq_change_request_lines_request_id_category'))
    )
    op.create_table('delivered_devices',
    sa.Column('device_id', sa.Integer(), nullable=False),
    sa.Column('delivery_line_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['delivery_line_id'], ['delivery_lines.id'], name=op.f('fk_delivered_devices_delivery_line_id_delivery_lines'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['device_id'], ['devices.id'], name=op.f('fk_delivered_devices_device_id_devices'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('device_id', name=op.f('pk_delivered_devices'))
    )
    with op.batch_alter_table('delivered_devices', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_delivered_devices_delivery_line_id'), ['delivery_line_id'], unique=False)

    op.create_table('device_records',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('device_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('happened_on', sa.Date(), nullable=False),
    sa.Column('authority', sa.String(length=200), nullable=True),
    sa.Column('person', sa.String(length=120), nullable=True),
    sa.Column('reference', sa.String(length=120), nullable=True),
    sa.Column('reason', sa.String(length=300), nullable=True),
    sa.Column('from_school_id', sa.Integer(), nullable=True),
    sa.Column('to_school_id', sa.Integer(), nullable=True),
    sa.Column('recorded_by', sa.String(length=120), nullable=False),
    sa.Column('recorded_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['device_id'], ['devices.id'], name=op.f('fk_device_records_device_id_devices'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['from_school_id'], ['schools.id'], name=op.f('fk_device_records_from_school_id_schools'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['to_school_id'], ['schools.id'], name=op.f('fk_device_records_to_school_id_schools'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_device_records'))
    )
    with op.batch_alter_table('device_records', schema=None) as batch_op:
        batch_op.create_index('ix_device_records_device', ['device_id', 'id'], unique=False)

    op.create_table('fixed_addresses',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('address', sa.String(length=43), nullable=False),
    sa.Column('address_key', sa.String(length=33), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('device_id', sa.Integer(), nullable=True),
    sa.Column('remark', sa.Text(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['device_id'], ['devices.id'], name=op.f('fk_fixed_addresses_device_id_devices'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['school_id'], ['schools.id'], name=op.f('fk_fixed_addresses_school_id_schools'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fixed_addresses')),
    sa.UniqueConstraint('school_id', 'address_key', name=op.f('uq_fixed_addresses_school_id_address_key'))
    )
    with op.batch_alter_table('fixed_addresses', schema=None) as batch_op:
        batch_op.create_index('ix_fixed_addresses_device_id', ['device_id'], unique=False)
        batch_op.create_index('ix_fixed_addresses_key', ['address_key', 'id'], unique=False)

    op.create_table('invoice_shares',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('line_id', sa.Integer(), nullable=False),
    sa.Column('grant_id', sa.Integer(), nullable=True),
    sa.Column('school_id', sa.Integer(), nullable=True),
    sa.Column('category', sa.String(length=20), nullable=True),
    sa.Column('how', sa.String(length=30), nullable=False),
    sa.Column('value', sa.String(), nullable=True),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('gross', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('paid', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('vat_non_eligible', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.Column('other_non_eligible', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    sa.ForeignKeyConstraint(['grant_id'], ['grants.id'], name=op.f('fk_invoice_shares_grant_id_grants')),
    sa.ForeignKeyConstraint(['line_id'], ['invoice_lines.id'], name=op.f('fk_invoice_shares_line_id_invoice_lines'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['school_id'], ['schools.id'], name=op.f('fk_invoice_shares_school_id_schools')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invoice_shares'))
    )
    with op.batch_alter_table('invoice_shares', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_invoice_shares_grant_id'), ['grant_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_invoice_shares_line_id'), ['line_id'], unique=False)

    op.create_table('ledger_matches',
    sa.Column('device_id', sa.Integer(), nullable=False),
    sa.Column('line_id', sa.Integer(), nullable=False),
    sa.Column('confirmed_by', sa.String(length=120), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['device_id'], ['devices.id'], name=op.f('fk_ledger_matches_device_id_devices'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['line_id'], ['ledger_lines.id'], name=op.f('fk_ledger_matches_line_id_ledger_lines'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('device_id', name=op.f('pk_ledger_matches'))
    )
    with op.batch_alter_table('ledger_matches', schema=None) as batch_op:
        batch_op.create_index('ix_ledger_matches_line', ['line_id'], unique=False)

    op.create_table('licence_seats',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('licence_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('device_id', sa.Integer(), nullable=True),
    sa.Column('school_id', sa.Integer(), nullable=True),
    sa.Column('school_class', sa.String(length=40), nullable=True),
    sa.Column('rule_id', sa.Integer(), nullable=True),
    sa.Column('given_on', sa.Date(), nullable=False),
    sa.Column('given_by', sa.String(length=120), nullable=False),
    sa.Column('over_reason', sa.String(length=300), nullable=True),
    sa.Column('released_on', sa.Date(), nullable=True),
    sa.Column('released_by', sa.String(length=120), nullable=True),
    sa.Column('released_why', sa.String(length=30), nullable=True),
    sa.ForeignKeyConstraint(['device_id'], ['devices.id'], name=op.f('fk_licence_seats_device_id_devices')),
    sa.ForeignKeyConstraint(['licence_id'], ['licences.id'], name=op.f('fk_licence_seats_licence_id_licences')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_licence_seats_person_id_people')),
    sa.ForeignKeyConstraint(['rule_id'], ['licence_seat_rules.id'], name=op.f('fk_licence_seats_rule_id_licence_seat_rules')),
    sa.ForeignKeyConstraint(['school_id'], ['schools.id'], name=op.f('fk_licence_seats_school_id_schools')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_licence_seats'))
    )
    with op.batch_alter_table('licence_seats', schema=None) as batch_op:
        batch_op.create_index('ix_licence_seats_device_id', ['device_id'], unique=False)
        batch_op.create_index('ix_licence_seats_licence_id', ['licence_id', 'released_on', 'id'], unique=False)
        batch_op.create_index('ix_licence_seats_open', ['licence_id', 'rule_id'], unique=False, sqlite_where=sa.text('released_on IS NULL'), postgresql_where=sa.text('released_on IS NULL'))
        batch_op.create_index('ix_licence_seats_person_id', ['person_id'], unique=False)
        batch_op.create_index('ix_licence_seats_rule_id', ['rule_id'], unique=False)
        batch_op.create_index('uq_licence_seats_class', ['licence_id', 'school_id', 'school_class'], unique=True, sqlite_where=sa.text('released_on IS NULL'), postgresql_where=sa.text('released_on IS NULL'))
        batch_op.create_index('uq_licence_seats_device', ['licence_id', 'device_id'], unique=True, sqlite_where=sa.text('released_on IS NULL'), postgresql_where=sa.text('released_on IS NULL'))
        batch_op.create_index('uq_licence_seats_person', ['licence_id', 'person_id'], unique=True, sqlite_where=sa.text('released_on IS NULL'), postgresql_where=sa.text('released_on IS NULL'))
        batch_op.create_index('uq_licence_seats_school', ['licence_id', 'school_id'], unique=True, sqlite_where=sa.text('released_on IS NULL AND school_class IS NULL'), postgresql_where=sa.text('released_on IS NULL AND school_class IS NULL'))

    op.create_table('mounts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('device_id', sa.Integer(), nullable=False),
    sa.Column('rack_id', sa.Integer(), nullable=False),
    sa.Column('unit', sa.Integer(), nullable=True),
    sa.Column('face', sa.String(length=30), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['device_id'], ['devices.id'], name=op.f('fk_mounts_device_id_devices'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['rack_id'], ['racks.id'], name=op.f('fk_mounts_rack_id_racks'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mounts')),
    sa.UniqueConstraint('device_id', name=op.f('uq_mounts_device_id')),
    info={'part_of': ('devices',)}
    )
    with op.batch_alter_table('mounts', schema=None) as batch_op:
        batch_op.create_index('ix_mounts_rack_id', ['rack_id'], unique=False)

    op.create_table('panels',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('rack_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('name_folded', sa.String(length=60), nullable=False),
    sa.Column('unit', sa.Integer(), nullable=True),
    sa.Column('ports', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['rack_id'], ['racks.id'], name=op.f('fk_panels_rack_id_racks'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_panels')),
    sa.UniqueConstraint('rack_id', 'name_folded', name=op.f('uq_panels_rack_id_name_folded'))
    )
    op.create_table('uplinks',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('provider', sa.String(length=120), nullable=False),
    sa.Column('contract_no', sa.String(length=60), nullable=True),
    sa.Column('down', sa.Integer(), nullable=True),
    sa.Column('up', sa.Integer(), nullable=True),
    sa.Column('fibre', sa.Boolean(), nullable=True),
    sa.Column('is_backup', sa.Boolean(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=True),
    sa.Column('notice_on', sa.Date(), nullable=True),
    sa.Column('monthly_cost', sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
    sa.Column('router_id', sa.Integer(), nullable=True),
    sa.Column('remark', sa.Text(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['router_id'], ['devices.id'], name=op.f('fk_uplinks_router_id_devices'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['school_id'], ['schools.id'], name=op.f('fk_uplinks_school_id_schools'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_uplinks'))
    )
    with op.batch_alter_table('uplinks', schema=None) as batch_op:
        batch_op.create_index('ix_uplinks_ends_on', ['ends_on'], unique=False)
        batch_op.create_index('ix_uplinks_notice_on', ['notice_on'], unique=False)
        batch_op.create_index('ix_uplinks_router_id', ['router_id'], unique=False)
        batch_op.create_index('ix_uplinks_school_id', ['school_id'], unique=False)

    op.create_table('network_ports',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('device_id', sa.Integer(), nullable=True),
    sa.Column('panel_id', sa.Integer(), nullable=True),
    sa.Column('outlet_id', sa.Integer(), nullable=True),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('name_folded', sa.String(length=80), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('type', sa.String(length=60), nullable=True),
    sa.Column('poe', sa.String(length=60), nullable=True),
    sa.Column('takes_poe', sa.Boolean(), nullable=False),
    sa.CheckConstraint('(device_id IS NOT NULL AND panel_id IS NULL AND outlet_id IS NULL) OR (device_id IS NULL AND panel_id IS NOT NULL AND outlet_id IS NULL) OR (device_id IS NULL AND panel_id IS NULL AND outlet_id IS NOT NULL)', name=op.f('ck_network_ports_one_owner')),
    sa.ForeignKeyConstraint(['device_id'], ['devices.id'], name=op.f('fk_network_ports_device_id_devices'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['outlet_id'], ['outlets.id'], name=op.f('fk_network_ports_outlet_id_outlets'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['panel_id'], ['panels.id'], name=op.f('fk_network_ports_panel_id_panels'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_network_ports')),
    sa.UniqueConstraint('device_id', 'name_folded', name=op.f('uq_network_ports_device_id_name_folded')),
    sa.UniqueConstraint('outlet_id', name=op.f('uq_network_ports_outlet_id')),
    sa.UniqueConstraint('panel_id', 'name_folded', name=op.f('uq_network_ports_panel_id_name_folded')),
    info={'part_of': ('devices', 'panels', 'outlets')}
    )
    op.create_table('plugs',
    sa.Column('port_id', sa.Integer(), nullable=False),
    sa.Column('side', sa.String(length=30), nullable=False),
    sa.Column('peer_id', sa.Integer(), nullable=False),
    sa.Column('peer_side', sa.String(length=30), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('colour', sa.String(length=40), nullable=True),
    sa.Column('label', sa.String(length=60), nullable=True),
    sa.CheckConstraint('port_id <> peer_id', name=op.f('ck_plugs_two_ports')),
    sa.ForeignKeyConstraint(['peer_id'], ['network_ports.id'], name=op.f('fk_plugs_peer_id_network_ports'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['port_id'], ['network_ports.id'], name=op.f('fk_plugs_port_id_network_ports'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('port_id', 'side', name=op.f('pk_plugs')),
    info={'part_of': ('network_ports',)}
    )
    with op.batch_alter_table('plugs', schema=None) as batch_op:
        batch_op.create_index('ix_plugs_peer_id', ['peer_id', 'peer_side'], unique=False)

    with op.batch_alter_table('device_types', schema=None) as batch_op:
        batch_op.add_column(sa.Column('poe_budget', sa.Integer(), nullable=True))

    add_reference('devices', 'replaces_id', 'devices', ondelete=None)
    with op.batch_alter_table('devices', schema=None) as batch_op:
        batch_op.add_column(sa.Column('approval_person', sa.String(length=160), nullable=True))
        batch_op.add_column(sa.Column('approval_reference', sa.String(length=120), nullable=True))
        batch_op.add_column(sa.Column('receiver', sa.String(length=160), nullable=True))
        batch_op.add_column(sa.Column('wiped_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('wiped_how', sa.String(length=160), nullable=True))
        batch_op.add_column(sa.Column('wiped_by', sa.String(length=120), nullable=True))
        batch_op.add_column(sa.Column('waste_certificate', sa.String(length=160), nullable=True))
        batch_op.drop_index(batch_op.f('ix_devices_school_state'))
        batch_op.create_index('ix_devices_bound_until', ['bound_until'], unique=False)
        batch_op.create_index('ix_devices_replaces', ['replaces_id'], unique=False)
        batch_op.create_index('ix_devices_school_stock', ['school_id', 'state', 'category_id', 'use', 'commissioned_on', 'acquired_on', 'bound_until', 'warranty_until', 'state_since', 'disposed_on'], unique=False)

    add_reference('grant_decisions', 'amends_id', 'grant_decisions', ondelete=None)
    with op.batch_alter_table('grant_decisions', schema=None) as batch_op:
        batch_op.add_column(sa.Column('kind', sa.String(length=30), server_default='grant', nullable=False))
        batch_op.create_index(batch_op.f('ix_grant_decisions_amends_id'), ['amends_id'], unique=False)

    with op.batch_alter_table('grants', schema=None) as batch_op:
        batch_op.add_column(sa.Column('completed_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('managed_from', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('proof_handed_in', sa.Date(), nullable=True))

    with op.batch_alter_table('programmes', schema=None) as batch_op:
        batch_op.add_column(sa.Column('terms', sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column('facts', sa.JSON(none_as_null=True), nullable=True))

    run_texts(op.get_bind(), revision)


def downgrade() -> None:
    raise NotImplementedError("the way back is the copy made before the upgrade")
