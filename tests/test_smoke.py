def test_x(admin, school):
    for p in ("/schools", "/schools/115514", "/schools/new", "/schools/115514/edit","/schools/115514/history","/schools/115514/figures","/schools/115514/rooms/new"):
        r = admin.get(p)
        assert r.status_code == 200, (p, r.get_data(as_text=True)[-800:])
    r = admin.post("/schools/115514/rooms/new", data={"room":"1.07","building":"Altbau"})
    assert r.status_code == 302, r.get_data(as_text=True)
    for p in ("/schools/115514/rooms/1.07", "/schools/115514/rooms/1.07/edit"):
        r = admin.get(p)
        assert r.status_code == 200, (p, r.get_data(as_text=True)[-800:])
    r = admin.post("/schools/115514/edit", data={"version":"1","school_number":"115514","name":"X","school_type":"G"})
    assert r.status_code == 302, r.get_data(as_text=True)[-3000:]
    assert "Schule geändert" in admin.get("/schools/115514/history").get_data(as_text=True)
